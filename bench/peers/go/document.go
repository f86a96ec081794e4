package main

// member is a member of an object: where its key and its value begin and end, key with its quotes.
type member struct{ key, keyEnd, value, end int }

// document appends a JSON document as MySQL prints it, members by the length of their keys and a space behind each comma
// and colon. go-mysql has already written it: members by their keys' bytes, no spaces.
func document(out []byte, text string) []byte {
	switch text[0] {
	case '{':
		return object(out, text)
	case '[':
		return array(out, text)
	default:
		return append(out, text...)
	}
}

func object(out []byte, text string) []byte {
	var room [16]member
	members := room[:0]
	for at := 1; text[at] != '}'; {
		if text[at] == ',' {
			at++
		}
		keyEnd := endOf(text, at)
		end := endOf(text, keyEnd+1)
		members = append(members, member{at, keyEnd, keyEnd + 1, end})
		at = end
	}
	for i := 1; i < len(members); i++ {
		for j := i; j > 0 && members[j].length() < members[j-1].length(); j-- {
			members[j], members[j-1] = members[j-1], members[j]
		}
	}
	out = append(out, '{')
	for i, each := range members {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(append(out, text[each.key:each.keyEnd]...), ": "...)
		out = document(out, text[each.value:each.end])
	}
	return append(out, '}')
}

func (m member) length() int { return m.keyEnd - m.key }

func array(out []byte, text string) []byte {
	out = append(out, '[')
	for at := 1; text[at] != ']'; {
		if text[at] == ',' {
			out = append(out, ", "...)
			at++
		}
		end := endOf(text, at)
		out = document(out, text[at:end])
		at = end
	}
	return append(out, ']')
}

// endOf returns where the value that begins at `at` ends.
func endOf(text string, at int) int {
	depth, inside := 0, false
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
			if !inside && depth == 0 {
				return i + 1
			}
		case inside:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return i
			}
			depth--
			if depth == 0 {
				return i + 1
			}
		case depth == 0 && (c == ',' || c == ':'):
			return i
		}
	}
	return len(text)
}

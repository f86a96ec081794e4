package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/go-mysql-org/go-mysql/replication"
	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kgo"
)

// table is what is the same for all rows of a table.
type table struct {
	// ,"name": of each column
	names  [][]byte
	isJSON []bool
	key    []uint64
	// {"op":…,"schema":…,"table":… for each operation
	heads [3][]byte
}

const (
	insert = iota
	update
	remove
)

var operations = [3]string{"insert", "update", "delete"}

// encoder writes rows as JSON by hand. Records and their bytes come from one allocation for each event.
type encoder struct {
	file        string
	transaction []byte
	index       int64
	tables      map[string]*table
	bytesPerRow int
}

func newEncoder() *encoder {
	return &encoder{tables: map[string]*table{}, bytesPerRow: 512}
}

func (e *encoder) begin(header *replication.EventHeader, gtid *replication.GTIDEvent) error {
	sid, err := uuid.FromBytes(gtid.SID)
	if err != nil {
		return err
	}
	e.transaction = fmt.Appendf(nil, `,"gtid":"%s:%d","file":"%s","position":%d,"ts":%d,"row":`,
		sid, gtid.GNO, e.file, header.LogPos-header.EventSize, gtid.ImmediateCommitTimestamp)
	e.index = 0
	return nil
}

func (e *encoder) rows(event *replication.RowsEvent) ([]kgo.Record, error) {
	of, err := e.table(event.Table)
	if err != nil {
		return nil, err
	}
	operation, step := insert, 1
	switch event.Type() {
	case replication.EnumRowsEventTypeUpdate:
		operation, step = update, 2
	case replication.EnumRowsEventTypeDelete:
		operation = remove
	}
	records := make([]kgo.Record, len(event.Rows)/step)
	out := make([]byte, 0, len(records)*step*e.bytesPerRow)
	for i := range records {
		before, after := event.Rows[i*step], event.Rows[i*step+step-1]
		from := len(out)
		for _, column := range of.key {
			out = of.cell(out, after, int(column))
		}
		out = embrace(out, from)
		to := len(out)
		out = append(append(out, of.heads[operation]...), e.transaction...)
		out = strconv.AppendInt(out, e.index, 10)
		if operation != insert {
			out = of.row(append(out, `,"before":`...), before)
		}
		if operation != remove {
			out = of.row(append(out, `,"after":`...), after)
		}
		out = append(out, '}')
		records[i].Key, records[i].Value = out[from:to:to], out[to:len(out):len(out)]
		e.index++
	}
	e.bytesPerRow = max(e.bytesPerRow, len(out)/max(1, len(event.Rows))+64)
	return records, nil
}

func (e *encoder) table(logged *replication.TableMapEvent) (*table, error) {
	name := string(logged.Schema) + "." + string(logged.Table)
	if known, ok := e.tables[name]; ok {
		return known, nil
	}
	made := &table{key: logged.PrimaryKey}
	for i, column := range logged.ColumnNameString() {
		made.names = append(made.names, append(append([]byte{','}, quoted(column)...), ':'))
		made.isJSON = append(made.isJSON, logged.ColumnType[i] == mysql.MYSQL_TYPE_JSON)
	}
	if len(made.names) == 0 {
		return nil, fmt.Errorf("the log has no column names of %s", name)
	}
	for i, operation := range operations {
		made.heads[i] = fmt.Appendf(nil, `{"op":"%s","schema":%s,"table":%s`,
			operation, quoted(string(logged.Schema)), quoted(string(logged.Table)))
	}
	e.tables[name] = made
	return made, nil
}

func (t *table) row(out []byte, row []any) []byte {
	from := len(out)
	for i := range row {
		out = t.cell(out, row, i)
	}
	return embrace(out, from)
}

func (t *table) cell(out []byte, row []any, i int) []byte {
	out = append(out, t.names[i]...)
	switch value := row[i].(type) {
	case nil:
		return append(out, "null"...)
	case int8:
		return strconv.AppendInt(out, int64(value), 10)
	case int16:
		return strconv.AppendInt(out, int64(value), 10)
	case int32:
		return strconv.AppendInt(out, int64(value), 10)
	case int64:
		return strconv.AppendInt(out, value, 10)
	case string:
		if t.isJSON[i] {
			return document(out, value)
		}
		return text(out, value)
	case []byte:
		if t.isJSON[i] {
			return document(out, string(value))
		}
		return text(out, string(value))
	default:
		panic(fmt.Sprintf("a column of type %T, which the workload does not have", value))
	}
}

// embrace: members begin with a comma each; the first one becomes the brace.
func embrace(out []byte, from int) []byte {
	out[from] = '{'
	return append(out, '}')
}

const hex = "0123456789abcdef"

// text appends a string of JSON; what needs no escape is appended in one piece.
func text(out []byte, value string) []byte {
	out = append(out, '"')
	from := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, value[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, '\\', 'b')
		case '\f':
			out = append(out, '\\', 'f')
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(out, value[from:]...), '"')
}

func quoted(name string) []byte {
	bytes, err := json.Marshal(name)
	if err != nil {
		panic(err)
	}
	return bytes
}

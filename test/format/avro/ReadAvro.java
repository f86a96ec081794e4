import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.apicurio.registry.utils.converter.avro.AvroData;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * A consumer of Avro, a line for each line of its input:
 *
 *   schema JSON   a schema of Kafka Connect in JsonConverter's form → what AvroData makes of it
 *   record HEX    a key or value in Confluent's wire format → what Kafka Connect reads, as JsonConverter writes it
 *
 * Schemas of records come from the registry whose URL is the argument.
 */
class ReadAvro {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Map<Integer, Schema> SCHEMAS = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    AvroData data = new AvroData(1000);
    JsonConverter json = new JsonConverter();
    json.configure(Map.of("schemas.enable", "true", "decimal.format", "BASE64"), false);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String rest = line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("schema ")) out.println(data.fromConnectSchema(json.asConnectSchema(MAPPER.readTree(rest))));
      else out.println(read(HexFormat.of().parseHex(rest), arguments[0], data, json));
    }
    out.flush();
  }

  private static String read(byte[] bytes, String registry, AvroData data, JsonConverter json) throws Exception {
    ByteBuffer head = ByteBuffer.wrap(bytes);
    if (head.get() != 0) throw new IllegalStateException("no magic byte");
    int id = head.getInt();
    if (!SCHEMAS.containsKey(id)) SCHEMAS.put(id, fetch(registry, id));
    Schema schema = SCHEMAS.get(id);
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null);
    Object value = new GenericDatumReader<>(schema).read(null, decoder);
    if (!decoder.isEnd()) throw new IllegalStateException("bytes behind the value");
    SchemaAndValue read = data.toConnectData(schema, value);
    return new String(json.fromConnectData("t", read.schema(), read.value()), StandardCharsets.UTF_8);
  }

  private static Schema fetch(String registry, int id) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
    JsonNode answer = MAPPER.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
    return new Schema.Parser().parse(answer.get("schema").asText());
  }
}

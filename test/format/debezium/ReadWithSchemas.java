import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * A consumer that knows nothing but what schemas say: reads a record a line, key and value with a tab between, by Kafka
 * Connect's own converter, and prints them as JSON in which each cell is the text that MySQL has for it.
 */
public class ReadWithSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  public static void main(String[] args) throws Exception {
    JsonConverter keys = converter(true);
    JsonConverter values = converter(false);
    ObjectMapper mapper = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t", -1);
      ObjectNode record = JSON.objectNode();
      record.set("key", read(keys, parts[0]));
      record.set("value", read(values, parts[1]));
      out.print(mapper.writeValueAsString(record) + "\n");
    }
    out.flush();
  }

  private static JsonConverter converter(boolean isKey) {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", true), isKey);
    return converter;
  }

  /** A part without text is none: of a table without a key, of a tombstone. */
  private static JsonNode read(JsonConverter converter, String text) {
    if (text.isEmpty()) return JSON.nullNode();
    SchemaAndValue read = converter.toConnectData("topic", text.getBytes(StandardCharsets.UTF_8));
    if (read.value() instanceof Struct) ((Struct) read.value()).validate();
    return node(read.schema(), read.value());
  }

  private static JsonNode node(Schema schema, Object value) {
    if (value == null) return JSON.nullNode();
    if (value instanceof Struct && isGeometry(schema)) return JSON.textNode(geometry((Struct) value));
    switch (schema.type()) {
      case STRUCT:
        ObjectNode struct = JSON.objectNode();
        for (Field field : schema.fields()) struct.set(field.name(), node(field.schema(), ((Struct) value).get(field)));
        return struct;
      case ARRAY:
        ArrayNode array = JSON.arrayNode();
        for (Object each : (List<?>) value) array.add(node(schema.valueSchema(), each));
        return array;
      default:
        return JSON.textNode(text(schema, value));
    }
  }

  /** Times are in UTC, with all six digits of a fraction. */
  private static String text(Schema schema, Object value) {
    switch (schema.name() == null ? "" : schema.name()) {
      case "org.apache.kafka.connect.data.Decimal":
        return ((BigDecimal) value).toPlainString();
      case "org.apache.kafka.connect.data.Date":
        return dateTime(millis(value) / 1000, 0).substring(0, 10);
      case "org.apache.kafka.connect.data.Time":
        return time(millis(value) * 1000);
      case "org.apache.kafka.connect.data.Timestamp":
        return dateTime(Math.floorDiv(millis(value), 1000), Math.floorMod(millis(value), 1000) * 1_000_000);
      case "io.debezium.time.Date":
        return LocalDate.ofEpochDay((Integer) value).toString();
      case "io.debezium.time.MicroTime":
        return time((Long) value);
      case "io.debezium.time.NanoTime":
        return time((Long) value / 1000);
      case "io.debezium.time.Timestamp":
        return fraction((Long) value, 1_000);
      case "io.debezium.time.MicroTimestamp":
        return fraction((Long) value, 1_000_000);
      case "io.debezium.time.NanoTimestamp":
        return fraction((Long) value, 1_000_000_000);
      case "io.debezium.data.Bits":
        return HexFormat.of().formatHex(reversed(bytes(value)));
      default:
        if (schema.type() == Schema.Type.BYTES) return HexFormat.of().formatHex(bytes(value));
        return String.valueOf(value);
    }
  }

  private static boolean isGeometry(Schema schema) {
    return schema.name() != null && schema.name().startsWith("io.debezium.data.geometry.");
  }

  /** As MySQL stores it: the SRID little-endian, then the WKB. */
  private static String geometry(Struct value) {
    Integer srid = value.getInt32("srid");
    byte[] head = ByteBuffer.allocate(4).putInt(Integer.reverseBytes(srid == null ? 0 : srid)).array();
    return HexFormat.of().formatHex(head) + HexFormat.of().formatHex(bytes(value.get("wkb")));
  }

  private static long millis(Object date) {
    return ((java.util.Date) date).getTime();
  }

  private static byte[] bytes(Object value) {
    if (value instanceof byte[]) return (byte[]) value;
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) reversed[bytes.length - 1 - i] = bytes[i];
    return reversed;
  }

  private static String fraction(long value, long unitsOfSecond) {
    long nanos = Math.floorMod(value, unitsOfSecond) * (1_000_000_000 / unitsOfSecond);
    return dateTime(Math.floorDiv(value, unitsOfSecond), nanos);
  }

  private static String dateTime(long seconds, long nanos) {
    return CLOCK.format(LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds, nanos), ZoneOffset.UTC));
  }

  private static String time(long micros) {
    long rest = Math.abs(micros);
    long seconds = rest / 1_000_000;
    String sign = micros < 0 ? "-" : "";
    return String.format("%s%02d:%02d:%02d.%06d", sign, seconds / 3600, seconds / 60 % 60, seconds % 60, rest % 1_000_000);
  }
}

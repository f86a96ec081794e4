import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.JsonByteArray;
import java.io.FileReader;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A Debezium engine whose records go to one topic. Arguments: the engine's properties, the producer's properties, the
 * topic, and the offset to begin at as JSON. Runs until it is killed.
 *
 * The producer is never waited for, only its buffer bounds it: a program that is to lose nothing would wait before it
 * marks a batch, and be slower.
 */
class EngineToKafka {
  public static void main(String[] args) throws Exception {
    Properties engine = load(args[0]);
    String topic = args[2];
    beginAt(engine, args[3]);
    ByteArraySerializer bytes = new ByteArraySerializer();
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(load(args[1]), bytes, bytes);
    DebeziumEngine.create(JsonByteArray.class)
        .using(engine)
        .using((success, message, error) -> {
          System.err.println(message);
          if (error != null) error.printStackTrace();
          System.exit(1);
        })
        .notifying((List<ChangeEvent<byte[], byte[]>> events, DebeziumEngine.RecordCommitter<ChangeEvent<byte[], byte[]>> committer) -> {
          for (ChangeEvent<byte[], byte[]> event : events) {
            producer.send(new ProducerRecord<>(topic, event.key(), event.value()), (stored, error) -> {
              if (error == null) return;
              error.printStackTrace();
              System.exit(1);
            });
            committer.markProcessed(event);
          }
          committer.markBatchFinished();
        })
        .build()
        .run();
  }

  private static Properties load(String file) throws Exception {
    Properties properties = new Properties();
    try (FileReader reader = new FileReader(file)) {
      properties.load(reader);
    }
    return properties;
  }

  /** As if an earlier engine had ended there: the form in which Kafka Connect keeps offsets in a file. */
  private static void beginAt(Properties engine, String offset) throws Exception {
    String key = "[\"" + engine.getProperty("name") + "\",{\"server\":\"" + engine.getProperty("topic.prefix") + "\"}]";
    Map<byte[], byte[]> offsets = new HashMap<>();
    offsets.put(key.getBytes(StandardCharsets.UTF_8), offset.getBytes(StandardCharsets.UTF_8));
    Path path = Path.of(engine.getProperty("offset.storage.file.filename"));
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(path))) {
      out.writeObject(offsets);
    }
  }
}

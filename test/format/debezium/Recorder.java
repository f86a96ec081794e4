import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.Header;
import io.debezium.engine.format.CloudEvents;
import io.debezium.engine.format.Json;
import io.debezium.engine.format.KeyValueHeaderChangeEventFormat;
import java.io.BufferedWriter;
import java.io.FileReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Runs one embedded Debezium engine after another, each from the properties file that is named on the command line, and
 * writes each record as a line beside it: topic, key, value and headers, as Debezium's own converters wrote them. A run
 * ends with the first record of the topic that `recorder.until` names.
 */
class Recorder {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Properties properties = new Properties();
      try (FileReader reader = new FileReader(file)) {
        properties.load(reader);
      }
      run(properties, Path.of(file.replace(".properties", ".jsonl")));
      System.err.println("recorded " + file);
    }
    System.exit(0);
  }

  private static void run(Properties properties, Path out) throws Exception {
    String until = properties.getProperty("recorder.until");
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    String[] failure = {null};
    ExecutorService threads = Executors.newCachedThreadPool();
    try (BufferedWriter writer = Files.newBufferedWriter(out)) {
      DebeziumEngine<ChangeEvent<String, String>> engine = builder(properties)
          .using(properties)
          .using((success, message, error) -> {
            if (!success) {
              failure[0] = message;
              for (Throwable cause = error; cause != null; cause = cause.getCause()) System.err.println(cause);
            }
            reached.countDown();
            ended.countDown();
          })
          .notifying((List<ChangeEvent<String, String>> events, DebeziumEngine.RecordCommitter<ChangeEvent<String, String>> committer) -> {
            for (ChangeEvent<String, String> event : events) {
              if (reached.getCount() > 0) {
                try {
                  writer.write(line(event));
                } catch (Exception error) {
                  throw new RuntimeException(error);
                }
                if (event.destination().startsWith(until)) reached.countDown();
              }
              committer.markProcessed(event);
            }
            committer.markBatchFinished();
          })
          .build();
      threads.submit(engine);
      if (!reached.await(120, TimeUnit.SECONDS)) failure[0] = "no record of " + until + " within two minutes";
      if (failure[0] == null) engine.close();
      ended.await(30, TimeUnit.SECONDS);
    }
    threads.shutdown();
    if (failure[0] != null) {
      System.err.println(failure[0]);
      System.exit(1);
    }
  }

  private static DebeziumEngine.Builder<ChangeEvent<String, String>> builder(Properties properties) {
    return properties.getProperty("recorder.format").equals("cloudevents")
        ? DebeziumEngine.create(KeyValueHeaderChangeEventFormat.of(Json.class, CloudEvents.class, Json.class))
        : DebeziumEngine.create(KeyValueHeaderChangeEventFormat.of(Json.class, Json.class, Json.class));
  }

  private static String line(ChangeEvent<String, String> event) {
    StringBuilder headers = new StringBuilder("{");
    for (Header<?> header : event.headers()) {
      if (headers.length() > 1) headers.append(',');
      headers.append('"').append(header.getKey()).append("\":").append(header.getValue());
    }
    // JSON has no tabs inside of strings, so that whoever reads a line can cut it at them.
    return "{\"topic\":\"" + event.destination() + "\"\t\"key\":" + event.key() + "\t\"headers\":" + headers
        + "}\t\"value\":" + event.value() + "}\n";
  }
}

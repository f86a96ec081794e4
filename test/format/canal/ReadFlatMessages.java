import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.alibaba.fastjson2.JSON;
import com.alibaba.fastjson2.JSONWriter;
import com.alibaba.otter.canal.client.kafka.KafkaCanalConnector;
import com.alibaba.otter.canal.protocol.FlatMessage;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic by canal's client for Kafka, and prints each message as canal's producer writes it. Arguments: brokers,
 * topic, consumer group, how many messages.
 */
public class ReadFlatMessages {
  public static void main(String[] args) throws Exception {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    KafkaCanalConnector connector = new KafkaCanalConnector(args[0], args[1], null, args[2], 1000, true);
    connector.connect();
    connector.subscribe();
    for (int left = Integer.parseInt(args[3]); left > 0; ) {
      List<FlatMessage> messages = connector.getFlatListWithoutAck(100L, TimeUnit.MILLISECONDS);
      for (FlatMessage message : messages) out.print(JSON.toJSONString(message, JSONWriter.Feature.WriteNulls) + "\n");
      left -= messages.size();
      connector.ack();
    }
    out.flush();
    connector.disconnect();
  }
}

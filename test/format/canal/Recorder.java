import com.alibaba.fastjson2.JSON;
import com.alibaba.fastjson2.JSONWriter;
import com.alibaba.otter.canal.connector.core.producer.MQMessageUtils;
import com.alibaba.otter.canal.instance.manager.CanalInstanceWithManager;
import com.alibaba.otter.canal.instance.manager.model.Canal;
import com.alibaba.otter.canal.instance.manager.model.CanalParameter;
import com.alibaba.otter.canal.protocol.ClientIdentity;
import com.alibaba.otter.canal.protocol.FlatMessage;
import com.alibaba.otter.canal.protocol.Message;
import com.alibaba.otter.canal.server.embedded.CanalServerWithEmbedded;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Runs canal's server with an instance in memory and writes each of its flat messages as a line, as its Kafka producer
 * does, until one of the table that is named last. Arguments: port, log file, offset, file of lines, last table.
 */
class Recorder {
  public static void main(String[] args) throws Exception {
    CanalParameter parameter = new CanalParameter();
    parameter.setDbAddresses(List.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]))));
    parameter.setDbUsername("canal");
    parameter.setDbPassword("canal");
    parameter.setPositions(List.of("{\"journalName\":\"" + args[1] + "\",\"position\":" + args[2] + ",\"timestamp\":0}"));
    parameter.setSlaveId(7777L);
    parameter.setDetectingEnable(false);
    parameter.setIndexMode(CanalParameter.IndexMode.MEMORY);
    // Its store of tables needs files that no archive has: it asks the server, which must not be ahead of it.
    parameter.setTsdbEnable(false);
    parameter.setGtidEnable(false);
    parameter.setParallel(false);
    Canal canal = new Canal();
    canal.setId(1L);
    canal.setName("recorded");
    canal.setCanalParameter(parameter);

    CanalServerWithEmbedded server = CanalServerWithEmbedded.instance();
    server.setCanalInstanceGenerator(destination -> new CanalInstanceWithManager(canal, ".*\\..*"));
    server.start();
    server.start("recorded");
    ClientIdentity client = new ClientIdentity("recorded", (short) 1001, "");
    server.subscribe(client);
    System.out.println("subscribed");
    ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(1);
    try (Writer out = Files.newBufferedWriter(Path.of(args[3]))) {
      for (boolean isLast = false; !isLast;) {
        Message message = server.getWithoutAck(client, 100);
        if (message.getId() < 0) {
          Thread.sleep(50);
          continue;
        }
        MQMessageUtils.EntryRowData[] rows = MQMessageUtils.buildMessageData(message, threads);
        for (FlatMessage flat : MQMessageUtils.messageConverter(rows, message.getId())) {
          out.write(JSON.toJSONString(flat, JSONWriter.Feature.WriteNulls) + '\n');
          isLast |= args[4].equals(flat.getTable()) && "INSERT".equals(flat.getType());
        }
        server.ack(client, message.getId());
      }
    }
    System.exit(0);
  }
}

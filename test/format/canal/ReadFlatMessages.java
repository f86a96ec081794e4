import com.alibaba.fastjson2.JSON;
import com.alibaba.fastjson2.JSONWriter;
import com.alibaba.otter.canal.protocol.FlatMessage;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Reads a message a line as canal's consumer does, and writes each as canal's Kafka producer does. */
public class ReadFlatMessages {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    OutputStream out = new java.io.BufferedOutputStream(System.out);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      FlatMessage message = JSON.parseObject(line, FlatMessage.class);
      out.write(JSON.toJSONBytes(message, JSONWriter.Feature.WriteNulls, JSONWriter.Feature.LargeObject));
      out.write('\n');
    }
    out.flush();
  }
}

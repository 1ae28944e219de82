// An in-memory server that speaks MongoDB's protocol, with updates as atomic as MongoDB's: java -cp 'jars/*' Main.java PORT
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

public class Main {
  public static void main(String[] args) throws Exception {
    // The oldest version that today's drivers speak to.
    MongoVersion version = new MongoVersion() {
      public List<Integer> getVersionArray() {
        return List.of(4, 4, 0);
      }

      public int getWireVersion() {
        return 9;
      }
    };
    new MongoServer(new MemoryBackend().version(version)).bind("127.0.0.1", Integer.parseInt(args[0]));
    Thread.sleep(Long.MAX_VALUE);
  }
}

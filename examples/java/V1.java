import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
 *
 * <pre>
 * QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_live_… java V1.java create A1001 9.90 https://shop.example.com/webhook
 * QRTILL_WEBHOOK_SECRET=whsec_… java V1.java serve 8000
 * </pre>
 */
public class V1 {
  static final long TOLERANCE_S = 300;

  static String create(String orderId, String price, String notifyUrl) throws Exception {
    remember(orderId, price);
    String body = """
        {"out_trade_no":"%s","amount":"%s","subject":"Order %s","notify_url":"%s"}"""
        .formatted(orderId, price, orderId, notifyUrl);
    HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("QRTILL_URL") + "/api/v1/orders"))
        .header("Authorization", "Bearer " + System.getenv("QRTILL_KEY"))
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", "create-" + orderId)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 201) throw new IllegalStateException(field(answer.body(), "message"));
    return field(answer.body(), "payment_url");
  }

  /** As Standard Webhooks says: over id, time and the body as it came; one of the signatures must fit. */
  static boolean isGenuine(String id, String seconds, String signatures, byte[] body) throws Exception {
    if (!seconds.matches("\\d{1,12}")) return false;
    if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(seconds)) > TOLERANCE_S) return false;
    String secret = System.getenv("QRTILL_WEBHOOK_SECRET").replaceFirst("^whsec_", "");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256"));
    ByteArrayOutputStream signed = new ByteArrayOutputStream();
    signed.write((id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8));
    signed.write(body);
    String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.toByteArray()));
    for (String given : signatures.split(" ")) {
      if (MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
        return true;
      }
    }
    return false;
  }

  static void webhook(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(take(exchange, body) ? 204 : 400, -1);
    exchange.close();
  }

  static boolean take(HttpExchange exchange, byte[] body) {
    try {
      String id = header(exchange, "webhook-id");
      if (!isGenuine(id, header(exchange, "webhook-timestamp"), header(exchange, "webhook-signature"), body)) {
        return false;
      }
      String event = new String(body, StandardCharsets.UTF_8);
      String type = field(event, "type");
      String orderId = field(event, "out_trade_no");
      boolean isPaid = type.equals("order.paid") || type.equals("order.paid_late");
      if (isPaid && field(event, "amount").equals(priceOf(orderId)) && markPaid(orderId)) {
        System.out.println("paid " + orderId); // here the goods are handed over, once
      }
      return true;
    } catch (Exception error) {
      return false;
    }
  }

  static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  /** Enough for these plain answers; with a JSON library at hand use that. */
  static String field(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  // What a shop keeps of its orders: a folder with a file for each. In a shop of yours this is the database.

  static void remember(String orderId, String price) throws IOException {
    Files.createDirectories(pathOf(orderId).getParent());
    Files.writeString(pathOf(orderId), price);
  }

  static String priceOf(String orderId) throws IOException {
    return Files.exists(pathOf(orderId)) ? Files.readString(pathOf(orderId)) : null;
  }

  /** True the first time only: the same webhook may come again. */
  static boolean markPaid(String orderId) throws IOException {
    try {
      Files.createFile(Path.of(pathOf(orderId) + ".paid"));
      return true;
    } catch (FileAlreadyExistsException again) {
      return false;
    }
  }

  static Path pathOf(String orderId) {
    if (!orderId.matches("[A-Za-z0-9-]{1,64}")) throw new IllegalArgumentException("no such order");
    return Path.of(System.getenv().getOrDefault("ORDERS", "orders"), orderId);
  }

  public static void main(String[] given) throws Exception {
    if (given[0].equals("serve")) {
      HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(given[1])), 0);
      server.createContext("/", V1::webhook);
      server.start();
      System.out.println("listening on " + given[1]);
    } else {
      System.out.println(create(given[1], given[2], given[3]));
    }
  }
}

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
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes a payment through the API v1: creates an order, and checks the webhook when it was paid.
 *
 * <pre>
 * QRTILL_URL=https://pay.example.com QRTILL_KEY=sk_test_… java V1.java create A1001 9.90 https://shop.example.com/webhook
 * QRTILL_WEBHOOK_SECRET=whsec_… java V1.java serve 8000
 * </pre>
 *
 * QRTILL_WEBHOOK_SECRET is the secret of the order's notify_url, not that of an endpoint, and of the key's mode, test or live:
 * in the console it is made under 开发者 → 商户 → Webhook → notify_url 的签名密钥 (Developers → Webhooks → Secret of notify_url).
 */
public class V1 {
  static final long TOLERANCE_S = 300;
  static final int BODY_LIMIT = 64 * 1024;
  static final Pattern KNOWN = Pattern.compile("[A-Za-z0-9-]{1,64}");

  static String create(String orderId, String price, String notifyUrl) throws Exception {
    remember(orderId, price);
    String body = """
        {"out_trade_no":"%s","amount":"%s","subject":"Order %s","notify_url":"%s"}"""
        .formatted(orderId, price, orderId, notifyUrl);
    // No Idempotency-Key: out_trade_no is the guard. The same order asked for again must open again after it expired,
    // and a key would give the first answer once more.
    String till = System.getenv().getOrDefault("QRTILL_URL", "").replaceFirst("/+$", ""); // the console shows a slash
    HttpRequest request = HttpRequest.newBuilder(URI.create(till + "/api/v1/orders"))
        .header("Authorization", "Bearer " + System.getenv("QRTILL_KEY"))
        .header("Content-Type", "application/json")
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
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(signingKey(), "HmacSHA256"));
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

  static byte[] signingKey() {
    String secret = System.getenv().getOrDefault("QRTILL_WEBHOOK_SECRET", "");
    return Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
  }

  static void webhook(HttpExchange exchange) throws IOException {
    int status = 500;
    try {
      byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
      status = body.length > BODY_LIMIT ? 413 : take(exchange, body);
    } catch (Exception error) { // the order could not be kept: the webhook comes again
      System.err.println(error);
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  /** The status of the answer. What is not 2xx comes again, and stands in the log of deliveries. */
  static int take(HttpExchange exchange, byte[] body) throws Exception {
    String id = header(exchange, "webhook-id");
    if (!isGenuine(id, header(exchange, "webhook-timestamp"), header(exchange, "webhook-signature"), body)) {
      System.err.println("wrong signature, or a time that is off");
      return 400;
    }
    String event = new String(body, StandardCharsets.UTF_8);
    String type = field(event, "type");
    if (!type.equals("order.paid") && !type.equals("order.paid_late")) return 204;
    String orderId = field(event, "out_trade_no");
    if (!isPriceOf(orderId, field(event, "amount"))) return 409;
    if (markPaid(orderId)) System.out.println("paid " + orderId); // here the goods are handed over, once
    return 204;
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

  /** Compares whole cents, for 9.9 comes back as 9.90. False for an order that this shop does not know. */
  static boolean isPriceOf(String orderId, String amount) throws IOException {
    if (!KNOWN.matcher(orderId).matches() || !Files.exists(pathOf(orderId))) return false;
    int price = centsOf(Files.readString(pathOf(orderId)));
    return price >= 0 && price == centsOf(amount);
  }

  /** Without floating point, where 19.9 * 100 is 1989.9999999999998. -1 for what is no amount. */
  static int centsOf(String amount) {
    Matcher parts = Pattern.compile("(\\d{1,7})(?:\\.(\\d{1,2}))?").matcher(amount);
    if (!parts.matches()) return -1;
    String cents = parts.group(2) == null ? "" : parts.group(2);
    return Integer.parseInt(parts.group(1) + (cents + "00").substring(0, 2));
  }

  /**
   * True the first time only: the same webhook may come again. With any other exception the answer must not be success. In a
   * database the order becomes paid and the goods are set aside in one transaction.
   */
  static boolean markPaid(String orderId) throws IOException {
    try {
      Files.createFile(Path.of(pathOf(orderId) + ".paid"));
      return true;
    } catch (FileAlreadyExistsException again) {
      return false;
    }
  }

  static Path pathOf(String orderId) {
    if (!KNOWN.matcher(orderId).matches()) throw new IllegalArgumentException("no such order");
    return Path.of(System.getenv().getOrDefault("ORDERS", "orders"), orderId);
  }

  public static void main(String[] given) throws Exception {
    if (given.length == 2 && given[0].equals("serve")) {
      if (signingKey().length == 0) {
        throw new IllegalStateException("QRTILL_WEBHOOK_SECRET is not set: without it anybody could sign");
      }
      System.setProperty("sun.net.httpserver.maxReqTime", "10"); // seconds, for one who sends and never ends
      HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(given[1])), 0);
      server.setExecutor(Executors.newCachedThreadPool()); // without it the slowest stranger holds up everybody
      server.createContext("/", V1::webhook);
      server.start();
      System.out.println("listening on " + given[1]);
    } else if (given.length == 4 && given[0].equals("create")) {
      try {
        System.out.println(create(given[1], given[2], given[3]));
      } catch (Exception error) {
        fail("The order was not created: " + error);
      }
    } else {
      fail("usage: java V1.java create <order> <price> <notify_url>\n       java V1.java serve <port>");
    }
  }

  static void fail(String message) {
    System.err.println(message);
    System.exit(1);
  }
}

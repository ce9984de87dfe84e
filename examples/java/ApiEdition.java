import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes a payment through the Api edition: creates an order, and checks the callback when it was paid.
 *
 * <pre>
 * QRTILL_URL=https://pay.example.com QRTILL_PID=1001 QRTILL_KEY=… java ApiEdition.java create A1001 9.90 https://shop.example.com/callback
 * QRTILL_KEY=… java ApiEdition.java serve 8000
 * </pre>
 */
public class ApiEdition {
  static final String KEY = System.getenv().getOrDefault("QRTILL_KEY", "");
  static final Pattern KNOWN = Pattern.compile("[A-Za-z0-9-]{1,64}");

  static String create(String orderId, String price, String callbackUrl) throws Exception {
    remember(orderId, price);
    Map<String, String> form = new LinkedHashMap<>();
    form.put("order_id", orderId);
    form.put("order_price", price);
    form.put("redirect_url", callbackUrl);
    form.put("pay_format", "html");
    form.put("pay_type", "alipay");
    form.put("sign", md5(md5(orderId + price) + KEY));
    String body = form.entrySet().stream()
        .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    String base = System.getenv().getOrDefault("QRTILL_URL", "").replaceFirst("/+$", ""); // the console shows a slash
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/m/" + System.getenv("QRTILL_PID") + "/api/order"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    if (!answer.contains("\"code\":0")) throw new IllegalStateException(field(answer, "msg"));
    return base + field(answer, "data");
  }

  /** The signature covers the order's number alone, so the price must be the one that was asked for. */
  static boolean checkCallback(Map<String, String> query) throws Exception {
    String orderId = query.getOrDefault("order_id", "");
    byte[] expected = md5(md5(orderId) + KEY).getBytes(StandardCharsets.UTF_8);
    byte[] given = query.getOrDefault("sign", "").getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, given) && isPriceOf(orderId, query.getOrDefault("order_price", ""));
  }

  static void callback(HttpExchange exchange) throws IOException {
    int status = 500;
    try {
      status = take(readQuery(exchange.getRequestURI().getRawQuery()));
    } catch (Exception error) { // the order could not be kept: the callback comes again
      System.err.println(error);
    }
    byte[] answer = (status == 200 ? "success" : "fail").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  /** The status of the answer. */
  static int take(Map<String, String> query) throws Exception {
    if (!checkCallback(query)) {
      System.err.println("wrong signature, or not the order's price");
      return 400;
    }
    String orderId = query.get("order_id");
    if (markPaid(orderId)) System.out.println("paid " + orderId); // here the goods are handed over, once
    return 200;
  }

  static Map<String, String> readQuery(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  /** Enough for these plain answers; with a JSON library at hand use that. */
  static String field(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  static String md5(String text) throws Exception {
    byte[] sum = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sum);
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
   * True the first time only: the same callback may come again. With any other exception the answer must not be success. In a
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
      if (KEY.isEmpty()) throw new IllegalStateException("QRTILL_KEY is not set: without it anybody could sign");
      System.setProperty("sun.net.httpserver.maxReqTime", "10"); // seconds, for one who sends and never ends
      HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(given[1])), 0);
      server.setExecutor(Executors.newCachedThreadPool()); // without it the slowest stranger holds up everybody
      server.createContext("/", ApiEdition::callback);
      server.start();
      System.out.println("listening on " + given[1]);
    } else if (given.length == 4 && given[0].equals("create")) {
      try {
        System.out.println(create(given[1], given[2], given[3]));
      } catch (Exception error) {
        fail("The order was not created: " + error);
      }
    } else {
      fail("usage: java ApiEdition.java create <order> <price> <callback_url>\n       java ApiEdition.java serve <port>");
    }
  }

  static void fail(String message) {
    System.err.println(message);
    System.exit(1);
  }
}

/*
 * The call shapes of the national SDK 2.0.1, replayed from axis.md §10.2 and §10.3 alone: every
 * parameter a header, its own HMAC, hash-file without the zeros of small bytes, one CRLF behind
 * the file, one timestamp for the life of the object, and the headers of earlier calls leaking
 * into later ones. No library; prints one answer a line.
 */

import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.text.SimpleDateFormat;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class SdkCalls {
    private static final String PREFIX = "XroadVnpt-";
    private final String endpoint;
    private final byte[] secret;
    /** Kept over calls and never cleared: the SDK's leak. */
    private final Map<String, String> headers = new LinkedHashMap<>();

    private SdkCalls(String endpoint, String systemId, String secret, String timestamp) {
        this.endpoint = endpoint;
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        headers.put("systemid", systemId);
        headers.put("timestamp", timestamp);
    }

    private static String hex(byte[] bytes, boolean padded) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            String digits = Integer.toHexString(0xff & each);
            text.append(padded && digits.length() == 1 ? "0" : "").append(digits);
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private String call(String action, String type, byte[] body) throws Exception {
        headers.put("Content-Type", type);
        StringJoiner keys = new StringJoiner(";");
        StringJoiner json = new StringJoiner(",", "{", "}");
        headers.forEach((name, value) -> {
            keys.add(name);
            json.add(quoted(PREFIX + name) + ":" + quoted(value));
        });
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        String sealed = json.toString();
        String hash = hex(mac.doFinal(sealed.getBytes(StandardCharsets.UTF_8)), true);

        HttpURLConnection http =
            (HttpURLConnection) URI.create(endpoint + "/" + action).toURL().openConnection();
        http.setRequestMethod("POST");
        http.setRequestProperty("Content-Type", type);
        headers.forEach((name, value) -> http.setRequestProperty(PREFIX + name, value));
        http.setRequestProperty(PREFIX + "sign-header-key", keys.toString());
        http.setRequestProperty(PREFIX + "sign-header", sealed);
        http.setRequestProperty(PREFIX + "hash-header", hash);
        http.setRequestProperty("User-Agent", "JAVASDKAgent/1.0.0 XRoad/VPCP");
        http.setRequestProperty(PREFIX + "version", "3.0.201608");
        if (body.length == 2) {
            http.setRequestProperty("Expect", "100-continue");
        }
        http.setDoOutput(true);
        http.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = http.getOutputStream()) {
            out.write(body);
        }
        try (InputStream in = http.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String send(byte[] file, String from, String type) throws Exception {
        headers.put("servicetype", "eDoc");
        headers.put("messagetype", type);
        headers.put("from", from);
        headers.put("hash-file", hex(MessageDigest.getInstance("SHA-256").digest(file), false));
        byte[] body = java.util.Arrays.copyOf(file, file.length + 2);
        body[file.length] = '\r';
        body[file.length + 1] = '\n';
        return call("sendEdoc", "application/octet-stream", body);
    }

    private String ask(String action, String body, String... parameters) throws Exception {
        for (int at = 0; at < parameters.length; at += 2) {
            headers.put(parameters[at], parameters[at + 1]);
        }
        return call(action, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private static String member(String json, String name) {
        Matcher found = Pattern.compile('"' + name + "\":\"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    public static void main(String[] arguments) throws Exception {
        String now = new SimpleDateFormat("ddMMyyyy'T'HHmmss+SSSS")
            .format(new Date(System.currentTimeMillis() - Long.parseLong(arguments[5])));
        SdkCalls sdk = new SdkCalls(arguments[0], arguments[1], arguments[2], now);
        byte[] file = Files.readAllBytes(Path.of(arguments[3]));
        byte[] status = Files.readAllBytes(Path.of(arguments[4]));

        String sent = sdk.send(file, "H99", "edoc");
        System.out.println(sent);
        String list = sdk.ask("getReceivedEdocList", "", "messagetype", "edoc");
        System.out.println(list);
        String docId = member(list, "docId");
        String edoc = sdk.ask("getEdoc", "{}", "docId", docId, "filePath", "store");
        byte[] content = Base64.getDecoder().decode(member(edoc, "data"));
        System.out.println(java.util.Arrays.equals(content, file) ? "SAME" : "DIFFERENT");
        System.out.println(sdk.ask("updateStatus", "{}", "status", "processing"));
        System.out.println(sdk.ask("updateStatus", "{}", "status", "done"));
        System.out.println(sdk.ask("getReceivedEdocList", "", "messagetype", "edoc"));
        System.out.println(
            sdk.ask("getSentEdocList", "", "docId", member(sent, "DocId")));
        System.out.println(sdk.send(status, "H99.01", "status"));
        System.out.println(sdk.ask("getReceivedEdocList", "", "messagetype", "status"));
        System.out.println(sdk.ask("getAgenciesList", ""));
        System.out.println(sdk.ask("registerAgency",
            "{\"id\":\"H99.03\",\"pcode\":\"H99\",\"code\":\"H99.03\",\"name\":\"Sở Y\","
            + "\"mail\":\"a@b\",\"mobile\":\"1\",\"fax\":\"2\"}"));
        System.out.println(sdk.ask("deleteAgency", "{}", "AgencyCode", "H99.03"));
    }
}

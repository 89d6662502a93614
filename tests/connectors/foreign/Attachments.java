import java.io.ByteArrayInputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.xml.soap.AttachmentPart;
import javax.xml.soap.MessageFactory;
import javax.xml.soap.SOAPConnectionFactory;
import javax.xml.soap.SOAPConstants;
import javax.xml.soap.SOAPElement;
import javax.xml.soap.SOAPException;
import javax.xml.soap.SOAPMessage;

/**
 * SAAJ, Java's SOAP with Attachments, sends a letter as a part that the envelope names (swaRef),
 * and fetches it the same way. Arguments: the address, 1.1 or 1.2, the letter's file.
 * AXIS_SYSTEM and AXIS_SECRET: who it is. Output: JSON.
 */
public final class Attachments {
    private static final String NAMESPACE = "urn:congvan:axis:1";

    private final URL address;
    private final MessageFactory factory;

    private Attachments(String address, String version) throws Exception {
        this.address = new URL(address);
        factory = MessageFactory.newInstance(version.equals("1.2")
            ? SOAPConstants.SOAP_1_2_PROTOCOL : SOAPConstants.SOAP_1_1_PROTOCOL);
    }

    public static void main(String[] arguments) throws Exception {
        Attachments peer = new Attachments(arguments[0], arguments[1]);
        byte[] letter = Files.readAllBytes(Path.of(arguments[2]));
        String axisId = peer.sent(letter);
        byte[] fetched = peer.fetched(axisId);
        System.out.printf("{\"axis_id\":\"%s\",\"fetched\":\"%s\"}", axisId, sha256(fetched));
    }

    private String sent(byte[] letter) throws Exception {
        SOAPMessage message = message(letter);
        SOAPElement body = child(message.getSOAPBody(), "SendDocument", null);
        child(body, "messageId", "saaj-1");
        child(body, "from", "H99");
        child(body, "to", "H99.01");
        child(body, "sentAt", "2026-11-22T15:00:00+07:00");
        child(body, "urgency", "0");
        child(body, "sha256", sha256(letter));
        child(body, "edxmlRef", "cid:letter@peer");
        return answer(message).getSOAPBody()
            .getElementsByTagNameNS(NAMESPACE, "axisId").item(0).getTextContent();
    }

    private byte[] fetched(String axisId) throws Exception {
        // a request with a part of its own is answered by parts
        SOAPMessage message = message(new byte[1]);
        SOAPElement body = child(message.getSOAPBody(), "GetDocument", null);
        child(body, "agency", "H99.01");
        child(body, "axisId", axisId);
        SOAPMessage answer = answer(message);
        SOAPElement reference = (SOAPElement) answer.getSOAPBody()
            .getElementsByTagNameNS(NAMESPACE, "edxmlRef").item(0);
        return answer.getAttachment(reference).getRawContentBytes();
    }

    private SOAPMessage message(byte[] content) throws SOAPException {
        SOAPMessage message = factory.createMessage();
        String who = System.getenv("AXIS_SYSTEM") + ":" + System.getenv("AXIS_SECRET");
        String encoded = Base64.getEncoder().encodeToString(who.getBytes(StandardCharsets.UTF_8));
        message.getMimeHeaders().addHeader("Authorization", "Basic " + encoded);
        AttachmentPart part = message.createAttachmentPart();
        part.setRawContent(new ByteArrayInputStream(content), "application/octet-stream");
        part.setContentId("<letter@peer>");
        message.addAttachmentPart(part);
        return message;
    }

    private SOAPMessage answer(SOAPMessage asked) throws SOAPException {
        SOAPMessage answer = SOAPConnectionFactory.newInstance().createConnection()
            .call(asked, address);
        if (answer.getSOAPBody().hasFault()) {
            throw new SOAPException(answer.getSOAPBody().getFault().getFaultString());
        }
        return answer;
    }

    private static SOAPElement child(SOAPElement parent, String name, String text)
            throws SOAPException {
        SOAPElement child = parent.addChildElement(name, "a", NAMESPACE);
        return text == null ? child : child.addTextNode(text);
    }

    private static String sha256(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }
}

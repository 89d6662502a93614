import axis.v1.Agency;
import axis.v1.AgencyChange;
import axis.v1.Axis;
import axis.v1.AxisFault;
import axis.v1.AxisService;
import axis.v1.Fault;
import axis.v1.Kind;
import axis.v1.ReceivedDocument;
import axis.v1.Status;
import axis.v1.StatusAnswer;
import axis.v1.Track;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Holder;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.WebServiceFeature;
import javax.xml.ws.soap.MTOMFeature;

/**
 * JAX-WS RI makes the journey with classes that wsimport made from the published WSDL.
 * Arguments: the WSDL's address, 1.1 or 1.2, inline or mtom, the letter's file.
 * AXIS_SYSTEM and AXIS_SECRET: who it is.
 */
public final class Client {
    private static final String ID = "H99,2026/11/22,15/QĐ-UBND";
    private static final byte[] STATUS = "\0Trạng thái\r\n?".getBytes(StandardCharsets.UTF_8);

    private final Axis axis;
    private final XMLGregorianCalendar at;

    private Client(Axis axis) throws Exception {
        this.axis = axis;
        at = time("2026-11-22T15:00:00+07:00");
    }

    public static void main(String[] arguments) throws Exception {
        STATUS[STATUS.length - 1] = (byte) 0xff;
        Client client = new Client(port(arguments, System.getenv("AXIS_SECRET")));
        Map<String, Object> seen = client.journey(Files.readAllBytes(Path.of(arguments[3])));
        seen.put("turned_away", turnedAway(port(arguments, "not the secret")));
        new PrintStream(System.out, true, StandardCharsets.UTF_8).print(json(seen));
    }

    private static Axis port(String[] arguments, String secret) throws Exception {
        AxisService service = new AxisService(new URL(arguments[0]));
        WebServiceFeature mtom = new MTOMFeature(arguments[2].equals("mtom"));
        Axis port = arguments[1].equals("1.2")
            ? service.getAxisSoap12Port(mtom) : service.getAxisSoap11Port(mtom);
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, System.getenv("AXIS_SYSTEM"));
        context.put(BindingProvider.PASSWORD_PROPERTY, secret);
        return port;
    }

    private Map<String, Object> journey(byte[] edxml) throws Exception {
        Map<String, Object> seen = new LinkedHashMap<>();
        List<String> both = List.of("H99.01", "H99.02");
        Holder<String> axisId = new Holder<>();
        Holder<String> sameId = new Holder<>();
        Holder<XMLGregorianCalendar> acceptedAt = new Holder<>();
        boolean first = send(ID, both, edxml, sha256(edxml), axisId, acceptedAt);
        boolean second = send(ID, both, edxml, sha256(edxml), sameId, acceptedAt);
        seen.put("same_id", axisId.value.equals(sameId.value));
        seen.put("duplicates", List.of(first, second));

        byte[] other = {'o'};
        List<Fault> faults = List.of(
            refusal(() -> send(ID, both, other, sha256(other), null, null)),
            refusal(() -> send("m-2", List.of("H12.34"), other, sha256(other), null, null)),
            refusal(() -> send("m-3", both, other, sha256(edxml), null, null)),
            refusal(() -> axis.updateStatus(List.of(status("s-1", "H99", "99")))),
            refusal(() -> axis.getPendingDocumentIds(List.of("H98"), null, null)));
        List<Object> told = new ArrayList<>();
        faults.forEach(one -> told.add(List.of(one.getCode(), one.isRetryable())));
        seen.put("faults", told);
        seen.put("description", faults.get(1).getDescription());

        List<Object> pending = new ArrayList<>();
        axis.getPendingDocumentIds(both, null, 10).forEach(one -> pending.add(List.of(
            one.getTo(), one.getFrom(), one.getKind().value(), one.getMessageId(), one.getSize())));
        seen.put("pending", pending);
        byte[] fetched = axis.getDocument("H99.01", List.of(axisId.value)).get(0).getEdxml();
        seen.put("fetched", sha256(fetched));
        ReceivedDocument receipt = new ReceivedDocument();
        receipt.setAxisId(axisId.value);
        receipt.setSha256(sha256(fetched));
        seen.put("confirmed", axis.confirmReceived("H99.01", List.of(receipt)));
        seen.put("left", axis.getPendingDocumentIds(List.of("H99.01"), Kind.EDOC, null).size());
        Holder<String> rejected = new Holder<>(axisId.value);
        axis.rejectReceived("H99.02", rejected, "Tệp hỏng: không đọc được <&>");
        seen.put("rejected", rejected.value.equals(axisId.value));
        List<Object> statuses = new ArrayList<>();
        for (StatusAnswer one : axis.updateStatus(
                List.of(status("s-1", "H99", "01"), status("s-2", "H12.34", "03")))) {
            statuses.add(one.getFault() == null ? "ok" : one.getFault().getCode());
        }
        seen.put("statuses", statuses);
        lists(seen, acceptedAt.value);
        catalogue(seen);
        return seen;
    }

    private void lists(Map<String, Object> seen, XMLGregorianCalendar since) throws Exception {
        Holder<List<Track>> found = new Holder<>();
        Holder<Boolean> more = new Holder<>();
        axis.getSentDocuments("H99", since, null, Kind.EDOC, null, null, found, more);
        List<Object> sent = new ArrayList<>();
        for (Track one : found.value) {
            String note = one.getNote() == null ? "" : one.getNote();
            sent.add(List.of(one.getTo(), one.getState().value(), note));
        }
        seen.put("sent", sent);
        axis.getSentDocuments("H99", null, null, null, ID, 1, found, more);
        seen.put("one_page", List.of(found.value.size(), more.value));
        axis.getReceivedDocuments(
            "H99.01", null, time("2099-01-01T00:00:00Z"), null, null, found, more);
        List<Object> received = new ArrayList<>();
        found.value.forEach(one -> received.add(
            List.of(one.getFrom(), one.getState().value(), one.getMessageId())));
        seen.put("received", received);
    }

    private void catalogue(Map<String, Object> seen) throws Exception {
        Holder<Boolean> more = new Holder<>();
        Holder<List<Agency>> page = new Holder<>();
        List<Object> names = new ArrayList<>();
        String after = null;
        do {
            axis.getAgencies(after, 2, page, more);
            for (Agency one : page.value) {
                names.add(one.getName());
                after = one.getOrganId();
            }
        } while (more.value);
        seen.put("agencies", names);
        Holder<List<AgencyChange>> changes = new Holder<>();
        axis.getAgencyChanges(0, null, changes, more);
        List<Object> changed = new ArrayList<>();
        changes.value.forEach(one -> changed.add(one.getAgency().getOrganId()));
        seen.put("changes", changed);
        long last = changes.value.get(changed.size() - 1).getVersion();
        axis.getAgencyChanges(last, 5, changes, more);
        // no element at all: no list at all
        seen.put("no_more_changes", changes.value == null ? 0 : changes.value.size());
    }

    private boolean send(String id, List<String> to, byte[] edxml, String sha256,
            Holder<String> axisId, Holder<XMLGregorianCalendar> acceptedAt) throws AxisFault {
        Holder<Boolean> duplicate = new Holder<>();
        axis.sendDocument(id, "H99", to, at, 1, sha256, edxml, null,
            axisId == null ? new Holder<>() : axisId, duplicate,
            acceptedAt == null ? new Holder<>() : acceptedAt);
        return duplicate.value;
    }

    private static Status status(String id, String to, String code) {
        Status status = new Status();
        status.setMessageId(id);
        status.setFrom("H99.01");
        status.setTo(to);
        status.setDocumentId(ID);
        status.setStatusCode(code);
        status.setEdxml(STATUS);
        return status;
    }

    private interface Call {
        void run() throws Exception;
    }

    private static Fault refusal(Call call) throws Exception {
        try {
            call.run();
        } catch (AxisFault fault) {
            return fault.getFaultInfo();
        }
        throw new IllegalStateException("it was not refused");
    }

    private static boolean turnedAway(Axis axis) throws Exception {
        try {
            axis.getAgencies(null, null, new Holder<>(), new Holder<>());
            return false;
        } catch (WebServiceException refused) {
            return refused.getMessage().contains("401");
        }
    }

    private static XMLGregorianCalendar time(String text) throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
    }

    private static String sha256(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> members) {
            List<String> parts = new ArrayList<>();
            members.forEach((name, member) -> parts.add(json(name) + ":" + json(member)));
            return "{" + String.join(",", parts) + "}";
        }
        if (value instanceof List<?> members) {
            return "[" + String.join(",", members.stream().map(Client::json).toList()) + "]";
        }
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }
}

import axis.v1.Agency;
import axis.v1.AgencyChange;
import axis.v1.Axis;
import axis.v1.AxisFault;
import axis.v1.Document;
import axis.v1.Fault;
import axis.v1.Kind;
import axis.v1.PendingDocument;
import axis.v1.ReceivedDocument;
import axis.v1.State;
import axis.v1.Status;
import axis.v1.StatusAnswer;
import axis.v1.Track;
import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.jws.WebService;
import javax.xml.datatype.DatatypeConstants;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.BindingType;
import javax.xml.ws.Endpoint;
import javax.xml.ws.Holder;
import javax.xml.ws.soap.SOAPBinding;

/**
 * JAX-WS RI as another province's axis: our WSDL's generated interface, its own code.
 * Says which port it took. /1.1 and /1.2 take both inline content and MTOM, and answer by MTOM.
 * AXIS_SYSTEM and AXIS_SECRET: who may call.
 */
public class Partner implements Axis {
    private static final int AGENCIES = 80;
    private static final int PAGE = 30;
    private static final Map<String, Message> MESSAGES = new LinkedHashMap<>();

    private static final class Message {
        String axisId;
        Kind kind;
        String from;
        String id;
        byte[] edxml;
        XMLGregorianCalendar acceptedAt;
        final Map<String, State> states = new LinkedHashMap<>();
        String note;
    }

    @WebService(serviceName = "AxisService", portName = "AxisSoap11Port",
        targetNamespace = "urn:congvan:axis:1:wsdl", endpointInterface = "axis.v1.Axis")
    @BindingType(SOAPBinding.SOAP11HTTP_MTOM_BINDING)
    public static final class Soap11 extends Partner { }

    @WebService(serviceName = "AxisService", portName = "AxisSoap12Port",
        targetNamespace = "urn:congvan:axis:1:wsdl", endpointInterface = "axis.v1.Axis")
    @BindingType(SOAPBinding.SOAP12HTTP_MTOM_BINDING)
    public static final class Soap12 extends Partner { }

    public static void main(String[] arguments) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        publish(server, "/1.1", new Soap11());
        publish(server, "/1.2", new Soap12());
        server.start();
        System.out.println("started " + server.getAddress().getPort());
    }

    private static void publish(HttpServer server, String path, Partner partner) {
        HttpContext context = server.createContext(path);
        context.setAuthenticator(new BasicAuthenticator("partner") {
            @Override
            public boolean checkCredentials(String name, String secret) {
                return name.equals(System.getenv("AXIS_SYSTEM"))
                    && secret.equals(System.getenv("AXIS_SECRET"));
            }
        });
        Endpoint.create(partner).publish(context);
    }

    @Override
    public void sendDocument(String messageId, String from, List<String> to,
            XMLGregorianCalendar sentAt, int urgency, String sha256, byte[] edxml, String edxmlRef,
            Holder<String> axisId, Holder<Boolean> duplicate,
            Holder<XMLGregorianCalendar> acceptedAt) throws AxisFault {
        if (messageId.equals("busy")) {
            throw refusal("BUSY", "Bận, thử lại sau", true);
        }
        if (!sha256(edxml).equals(sha256)) {
            throw refusal("DIGEST", "damaged", true);
        }
        int before = MESSAGES.size();
        Message message = accepted(Kind.EDOC, from, messageId, to, edxml);
        if (messageId.equals("broken")) {
            throw new IllegalStateException("after the letter was taken");
        }
        axisId.value = message.axisId;
        duplicate.value = MESSAGES.size() == before;
        acceptedAt.value = message.acceptedAt;
    }

    private static Message accepted(Kind kind, String from, String id, List<String> to,
            byte[] edxml) throws AxisFault {
        for (String agency : to) {
            if (!agencies().contains(agency)) {
                throw refusal("UNKNOWN_RECIPIENT", agency, false);
            }
        }
        for (Message one : MESSAGES.values()) {
            if (one.from.equals(from) && one.id.equals(id) && one.kind == kind) {
                if (!sha256(one.edxml).equals(sha256(edxml))) {
                    throw refusal("DUPLICATE_DIFFERENT", id, false);
                }
                return one;
            }
        }
        Message message = new Message();
        message.axisId = "P-" + (MESSAGES.size() + 1);
        message.kind = kind;
        message.from = from;
        message.id = id;
        message.edxml = edxml;
        message.acceptedAt = now();
        to.forEach(agency -> message.states.put(agency, State.INITIAL));
        MESSAGES.put(message.axisId, message);
        return message;
    }

    @Override
    public List<StatusAnswer> updateStatus(List<Status> statuses) {
        List<StatusAnswer> answers = new ArrayList<>();
        for (Status one : statuses) {
            StatusAnswer answer = new StatusAnswer();
            answer.setMessageId(one.getMessageId());
            int before = MESSAGES.size();
            try {
                Message message = accepted(Kind.STATUS, one.getFrom(), one.getMessageId(),
                    List.of(one.getTo()), one.getEdxml());
                answer.setAxisId(message.axisId);
                answer.setDuplicate(MESSAGES.size() == before);
                answer.setAcceptedAt(message.acceptedAt);
            } catch (AxisFault fault) {
                answer.setFault(fault.getFaultInfo());
            }
            answers.add(answer);
        }
        return answers;
    }

    @Override
    public List<PendingDocument> getPendingDocumentIds(
            List<String> asked, Kind kind, Integer max) {
        List<PendingDocument> found = new ArrayList<>();
        for (Message one : MESSAGES.values()) {
            one.states.forEach((to, state) -> {
                boolean waits = state == State.INITIAL || state == State.PROCESSING;
                if (asked.contains(to) && waits && (kind == null || kind == one.kind)) {
                    PendingDocument waiting = new PendingDocument();
                    waiting.setAxisId(one.axisId);
                    waiting.setKind(one.kind);
                    waiting.setTo(to);
                    waiting.setFrom(one.from);
                    waiting.setMessageId(one.id);
                    waiting.setSha256(sha256(one.edxml));
                    waiting.setSize(one.edxml.length);
                    found.add(waiting);
                }
            });
        }
        return found.subList(0, Math.min(found.size(), max == null ? 200 : max));
    }

    private static Message of(String agency, String axisId) throws AxisFault {
        Message message = MESSAGES.get(axisId);
        if (message == null || !message.states.containsKey(agency)) {
            throw refusal("NOT_FOUND", axisId, false);
        }
        return message;
    }

    @Override
    public List<Document> getDocument(String agency, List<String> axisIds) throws AxisFault {
        List<Document> found = new ArrayList<>();
        for (String axisId : axisIds) {
            Message one = of(agency, axisId);
            one.states.put(agency, State.PROCESSING);
            Document document = new Document();
            document.setAxisId(axisId);
            document.setKind(one.kind);
            document.setFrom(one.from);
            document.setMessageId(one.id);
            document.setSha256(sha256(one.edxml));
            document.setEdxml(one.edxml);
            found.add(document);
        }
        return found;
    }

    @Override
    public int confirmReceived(String agency, List<ReceivedDocument> receipts) throws AxisFault {
        for (ReceivedDocument one : receipts) {
            Message message = of(agency, one.getAxisId());
            if (!sha256(message.edxml).equals(one.getSha256())) {
                throw refusal("DIGEST", one.getAxisId(), false);
            }
            message.states.put(agency, State.DONE);
        }
        return receipts.size();
    }

    @Override
    public void rejectReceived(String agency, Holder<String> axisId, String reason)
            throws AxisFault {
        Message message = of(agency, axisId.value);
        message.states.put(agency, State.FAIL);
        message.note = reason;
    }

    @Override
    public void getSentDocuments(String agency, XMLGregorianCalendar since,
            XMLGregorianCalendar until, Kind kind, String messageId, Integer max,
            Holder<List<Track>> document, Holder<Boolean> more) {
        document.value = new ArrayList<>();
        more.value = false;
        for (Message one : MESSAGES.values()) {
            boolean asked = messageId == null || messageId.equals(one.id);
            if (one.from.equals(agency) && asked && within(one, since, until, kind)) {
                one.states.forEach((to, state) -> document.value.add(track(one, to, state)));
            }
        }
    }

    @Override
    public void getReceivedDocuments(String agency, XMLGregorianCalendar since,
            XMLGregorianCalendar until, Kind kind, Integer max,
            Holder<List<Track>> document, Holder<Boolean> more) {
        document.value = new ArrayList<>();
        more.value = false;
        for (Message one : MESSAGES.values()) {
            State state = one.states.get(agency);
            if (state != null && within(one, since, until, kind)) {
                document.value.add(track(one, agency, state));
            }
        }
    }

    private static boolean within(Message one, XMLGregorianCalendar since,
            XMLGregorianCalendar until, Kind kind) {
        return (kind == null || kind == one.kind)
            && (since == null || one.acceptedAt.compare(since) != DatatypeConstants.LESSER)
            && (until == null || one.acceptedAt.compare(until) == DatatypeConstants.LESSER);
    }

    private static Track track(Message one, String to, State state) {
        Track track = new Track();
        track.setAxisId(one.axisId);
        track.setKind(one.kind);
        track.setFrom(one.from);
        track.setTo(to);
        track.setState(state);
        track.setNote(state == State.FAIL ? one.note : null);
        track.setAcceptedAt(one.acceptedAt);
        track.setUpdatedAt(one.acceptedAt);
        track.setMessageId(one.id);
        track.setSha256(sha256(one.edxml));
        return track;
    }

    @Override
    public void getAgencies(String after, Integer max, Holder<List<Agency>> agency,
            Holder<Boolean> more) {
        List<String> left = new ArrayList<>(agencies());
        left.removeIf(one -> after != null && one.compareTo(after) <= 0);
        int size = Math.min(Math.min(max == null ? PAGE : max, PAGE), left.size());
        agency.value = new ArrayList<>();
        left.subList(0, size).forEach(one -> agency.value.add(agency(one)));
        more.value = left.size() > size;
    }

    @Override
    public void getAgencyChanges(long since, Integer max, Holder<List<AgencyChange>> change,
            Holder<Boolean> more) {
        change.value = new ArrayList<>();
        List<String> all = agencies();
        for (long version = since + 1; version <= Math.min(since + PAGE, AGENCIES); version++) {
            AgencyChange one = new AgencyChange();
            one.setAgency(agency(all.get((int) version - 1)));
            one.setVersion(version);
            one.setDeleted(version == 1);
            one.setModifiedAt(time("2026-11-22T08:00:00+07:00"));
            change.value.add(one);
        }
        more.value = since + PAGE < AGENCIES;
    }

    private static List<String> agencies() {
        List<String> all = new ArrayList<>();
        for (int number = 1; number <= AGENCIES; number++) {
            all.add(String.format("H97.%02d", number));
        }
        return all;
    }

    private static Agency agency(String organId) {
        Agency agency = new Agency();
        agency.setOrganId(organId);
        agency.setName("Sở Tài chính " + organId + " <&>");
        agency.setParent("H97");
        return agency;
    }

    private static AxisFault refusal(String code, String text, boolean retryable) {
        Fault fault = new Fault();
        fault.setCode(code);
        fault.setRetryable(retryable);
        fault.setDescription(text);
        return new AxisFault(text, fault);
    }

    private static XMLGregorianCalendar now() {
        return time(ZonedDateTime.now(ZoneId.of("Asia/Ho_Chi_Minh"))
            .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME));
    }

    private static XMLGregorianCalendar time(String text) {
        try {
            return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

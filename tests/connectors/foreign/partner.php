<?php
// PHP's own SoapServer as another province's axis: our WSDL, its own code, its own storage.
// php -S runs it. AXIS_WSDL: our WSDL's file; AXIS_DATA: a folder; AXIS_SYSTEM and AXIS_SECRET:
// who may call.
ini_set('soap.wsdl_cache_enabled', '0');
ini_set('display_errors', '0');
const AGENCIES = 80;
const PAGE = 30;

function refusal(string $code, string $text, bool $retryable = false): SoapFault {
    $detail = ['code' => $code, 'retryable' => $retryable, 'description' => $text];
    return new SoapFault($retryable ? 'Server' : 'Client', $text, null, (object) $detail, 'AxisFault');
}

final class Partner {
    private array $messages = [];   // by axis id

    public function __construct(private readonly string $file) {
        if (is_file($file)) $this->messages = unserialize(file_get_contents($file));
    }

    public function keep(): void {
        file_put_contents($this->file, serialize($this->messages));
    }

    public function SendDocument($asked) {
        if ($asked->messageId === 'busy') throw refusal('BUSY', 'Bận, thử lại sau', true);
        if (hash('sha256', $asked->edxml) !== $asked->sha256) throw refusal('DIGEST', 'damaged', true);
        $message = $this->accepted($asked, 'edoc', $asked->to);
        if ($asked->messageId === 'broken') throw new Exception('after the letter was taken');
        return $message;
    }

    private function accepted($asked, string $kind, array $to): array {
        foreach ($to as $agency) {
            if (!in_array($agency, $this->agencies(), true)) throw refusal('UNKNOWN_RECIPIENT', $agency);
        }
        foreach ($this->messages as $axisId => $one) {
            if ([$one['from'], $one['messageId'], $one['kind']] !== [$asked->from, $asked->messageId, $kind]) continue;
            if ($one['edxml'] !== $asked->edxml) throw refusal('DUPLICATE_DIFFERENT', $asked->messageId);
            return ['axisId' => $axisId, 'duplicate' => true, 'acceptedAt' => $one['acceptedAt']];
        }
        $axisId = 'P-' . (count($this->messages) + 1);
        $at = (new DateTime('now', new DateTimeZone('Asia/Ho_Chi_Minh')))->format('Y-m-d\TH:i:s.uP');
        $this->messages[$axisId] = ['kind' => $kind, 'from' => $asked->from, 'messageId' => $asked->messageId,
            'sha256' => hash('sha256', $asked->edxml), 'edxml' => $asked->edxml, 'acceptedAt' => $at,
            'to' => array_fill_keys($to, ['initial', null])];
        return ['axisId' => $axisId, 'duplicate' => false, 'acceptedAt' => $at];
    }

    public function UpdateStatus($asked) {
        $answers = [];
        foreach ($asked->status as $one) {
            try {
                $answer = $this->accepted($one, 'status', [$one->to]);
            } catch (SoapFault $fault) {
                $answer = ['fault' => $fault->detail];
            }
            $answers[] = ['messageId' => $one->messageId] + $answer;
        }
        return ['answer' => $answers];
    }

    public function GetPendingDocumentIds($asked) {
        $found = [];
        foreach ($this->messages as $axisId => $one) {
            foreach ($one['to'] as $to => [$state]) {
                if (!in_array($to, $asked->agency, true) || in_array($state, ['done', 'fail'])) continue;
                if (isset($asked->kind) && $asked->kind !== $one['kind']) continue;
                $found[] = ['axisId' => $axisId, 'to' => $to, 'size' => strlen($one['edxml'])] + $one;
            }
        }
        return ['document' => array_slice($found, 0, $asked->max ?? 200)];
    }

    private function ensure(string $agency, string $axisId): void {
        if (!isset($this->messages[$axisId]['to'][$agency])) throw refusal('NOT_FOUND', $axisId);
    }

    public function GetDocument($asked) {
        $found = [];
        foreach ($asked->axisId as $axisId) {
            $this->ensure($asked->agency, $axisId);
            $this->messages[$axisId]['to'][$asked->agency] = ['processing', null];
            $found[] = ['axisId' => $axisId] + $this->messages[$axisId];
        }
        return ['document' => $found];
    }

    public function ConfirmReceived($asked) {
        foreach ($asked->receipt as $one) {
            $this->ensure($asked->agency, $one->axisId);
            if ($this->messages[$one->axisId]['sha256'] !== $one->sha256) throw refusal('DIGEST', $one->axisId);
            $this->messages[$one->axisId]['to'][$asked->agency] = ['done', null];
        }
        return ['confirmed' => count($asked->receipt)];
    }

    public function RejectReceived($asked) {
        $this->ensure($asked->agency, $asked->axisId);
        $this->messages[$asked->axisId]['to'][$asked->agency] = ['fail', $asked->reason];
        return ['axisId' => $asked->axisId];
    }

    public function GetSentDocuments($asked) {
        return $this->tracks($asked, fn($one, $to) => $one['from'] === $asked->agency);
    }

    public function GetReceivedDocuments($asked) {
        return $this->tracks($asked, fn($one, $to) => $to === $asked->agency);
    }

    private function tracks($asked, callable $wanted): array {
        $found = [];
        foreach ($this->messages as $axisId => $one) {
            foreach ($one['to'] as $to => [$state, $note]) {
                $at = new DateTime($one['acceptedAt']);
                if (!$wanted($one, $to) || isset($asked->kind) && $asked->kind !== $one['kind']
                    || isset($asked->messageId) && $asked->messageId !== $one['messageId']
                    || isset($asked->since) && $at < new DateTime($asked->since)
                    || isset($asked->until) && $at >= new DateTime($asked->until)) continue;
                $found[] = ['axisId' => $axisId, 'to' => $to, 'state' => $state, 'note' => $note,
                    'updatedAt' => $one['acceptedAt']] + $one;
            }
        }
        return ['document' => $found, 'more' => false];
    }

    private function agencies(): array {
        return array_map(fn($n) => sprintf('H97.%02d', $n), range(1, AGENCIES));
    }

    private function agency(string $organId): array {
        return ['organId' => $organId, 'name' => "Sở Tài chính $organId <&>", 'parent' => 'H97'];
    }

    public function GetAgencies($asked) {
        $left = array_values(array_filter($this->agencies(), fn($one) => $one > ($asked->after ?? '')));
        $page = array_slice($left, 0, PAGE);
        return ['agency' => array_map($this->agency(...), $page), 'more' => count($left) > count($page)];
    }

    public function GetAgencyChanges($asked) {
        $changes = [];
        foreach ($this->agencies() as $at => $one) {
            if ($at + 1 > $asked->since) $changes[] = ['agency' => $this->agency($one), 'version' => $at + 1,
                'deleted' => $at === 0, 'modifiedAt' => '2026-11-22T08:00:00+07:00'];
        }
        return ['change' => array_slice($changes, 0, PAGE), 'more' => count($changes) > PAGE];
    }
}

if (($_SERVER['PHP_AUTH_USER'] ?? '') !== getenv('AXIS_SYSTEM') || ($_SERVER['PHP_AUTH_PW'] ?? '') !== getenv('AXIS_SECRET')) {
    http_response_code(401);
    header('WWW-Authenticate: Basic realm="partner"');
    exit;
}
$partner = new Partner(getenv('AXIS_DATA') . '/messages');
register_shutdown_function($partner->keep(...));   // a fault ends the script
$server = new SoapServer(getenv('AXIS_WSDL'), ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
$server->setObject($partner);
$server->handle();

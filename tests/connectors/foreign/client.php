<?php
// PHP's own SoapClient makes the journey, driven by nothing but the published WSDL.
// Arguments: the WSDL's address, 1.1 or 1.2, the letter's file. AXIS_SYSTEM and AXIS_SECRET: who it is.
ini_set('soap.wsdl_cache_enabled', '0');
function client(string $secret): SoapClient {
    global $argv;
    return new SoapClient($argv[1], ['soap_version' => $argv[2] === '1.2' ? SOAP_1_2 : SOAP_1_1,
        'login' => getenv('AXIS_SYSTEM'), 'password' => $secret,
        'exceptions' => true, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
}
function refusal(callable $call): stdClass {
    try {
        $call();
    } catch (SoapFault $fault) {
        return $fault->detail->AxisFault;
    }
    throw new Exception('it was not refused');
}
$client = client(getenv('AXIS_SECRET'));
$edxml = file_get_contents($argv[3]);
$id = 'H99,2026/11/22,15/QĐ-UBND';
$send = fn(array $changes = []) => $client->SendDocument($changes + ['messageId' => $id,
    'from' => 'H99', 'to' => ['H99.01', 'H99.02'], 'sentAt' => '2026-11-22T15:00:00+07:00',
    'urgency' => 1, 'sha256' => hash('sha256', $edxml), 'edxml' => $edxml]);
$status = fn(array $changes) => $changes + ['messageId' => 's-1', 'from' => 'H99.01', 'to' => 'H99',
    'documentId' => $id, 'statusCode' => '01', 'edxml' => "\0Trạng thái\r\n\xff"];

$sent = $send();
$again = $send();
$faults = [
    refusal(fn() => $send(['edxml' => 'other', 'sha256' => hash('sha256', 'other')])),
    $unknown = refusal(fn() => $send(['messageId' => 'm-2', 'to' => ['H12.34']])),
    refusal(fn() => $send(['messageId' => 'm-3', 'edxml' => 'damaged'])),
    refusal(fn() => $client->UpdateStatus(['status' => [$status(['statusCode' => '99'])]])),
    refusal(fn() => $client->GetPendingDocumentIds(['agency' => ['H98']])),
];
$pending = $client->GetPendingDocumentIds(['agency' => ['H99.01', 'H99.02'], 'max' => 10])->document;
$document = $client->GetDocument(['agency' => 'H99.01', 'axisId' => [$sent->axisId]])->document[0];
$confirmed = $client->ConfirmReceived(['agency' => 'H99.01', 'receipt' => [
    ['axisId' => $sent->axisId, 'sha256' => hash('sha256', $document->edxml)]]]);
$left = $client->GetPendingDocumentIds(['agency' => ['H99.01'], 'kind' => 'edoc']);
$rejected = $client->RejectReceived(['agency' => 'H99.02', 'axisId' => $sent->axisId,
    'reason' => 'Tệp hỏng: không đọc được <&>']);
$statuses = $client->UpdateStatus(['status' => [$status([]),
    $status(['messageId' => 's-2', 'to' => 'H12.34', 'statusCode' => '03'])]])->answer;
$tracks = $client->GetSentDocuments(['agency' => 'H99', 'since' => $sent->acceptedAt, 'kind' => 'edoc']);
$page = $client->GetSentDocuments(['agency' => 'H99', 'messageId' => $id, 'max' => 1]);
$received = $client->GetReceivedDocuments(['agency' => 'H99.01', 'until' => '2099-01-01T00:00:00Z']);
$agencies = [];
do {
    $last = end($agencies);
    $part = $client->GetAgencies(($last ? ['after' => $last->organId] : []) + ['max' => 2]);
    array_push($agencies, ...$part->agency);
} while ($part->more);
$changes = $client->GetAgencyChanges(['since' => 0])->change;
$none = $client->GetAgencyChanges(['since' => end($changes)->version, 'max' => 5]);
try {
    client('not the secret')->GetAgencies([]);
    $turned_away = false;
} catch (SoapFault) {
    $turned_away = true;
}

echo json_encode([
    'same_id' => $sent->axisId === $again->axisId,
    'duplicates' => [$sent->duplicate, $again->duplicate],
    // PHP leaves a detail untyped
    'faults' => array_map(fn($one) => [$one->code, $one->retryable === 'true'], $faults),
    'description' => $unknown->description,
    'pending' => array_map(fn($one) => [$one->to, $one->from, $one->kind, $one->messageId, $one->size],
        $pending),
    'fetched' => hash('sha256', $document->edxml),
    'confirmed' => $confirmed->confirmed,
    'left' => count($left->document ?? []),
    'rejected' => $rejected->axisId === $sent->axisId,
    'statuses' => array_map(fn($one) => $one->fault->code ?? 'ok', $statuses),
    'sent' => array_map(fn($one) => [$one->to, $one->state, $one->note ?? ''], $tracks->document),
    'one_page' => [count($page->document), $page->more],
    'received' => array_map(fn($one) => [$one->from, $one->state, $one->messageId], $received->document),
    'agencies' => array_map(fn($one) => $one->name, $agencies),
    'changes' => array_map(fn($one) => $one->agency->organId, $changes),
    'no_more_changes' => count($none->change ?? []),
    'turned_away' => $turned_away,
], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);

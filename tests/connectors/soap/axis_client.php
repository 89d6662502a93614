<?php
// A foreign peer: PHP's own SoapClient, driven by nothing but the published WSDL.
// Arguments: the WSDL's address, SOAP version (1 or 2). Input: the edXML. Output: JSON.
ini_set('soap.wsdl_cache_enabled', '0');
$client = new SoapClient($argv[1], ['soap_version' => $argv[2] === '2' ? SOAP_1_2 : SOAP_1_1,
    'exceptions' => true, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
$edxml = stream_get_contents(STDIN);
$send = fn(array $to) => $client->SendDocument(['messageId' => 'php-1', 'from' => 'H99',
    'to' => $to, 'sentAt' => '2026-11-22T08:00:00Z', 'urgency' => 1,
    'sha256' => hash('sha256', $edxml), 'edxml' => $edxml]);

$sent = $send(['H99.01', 'H99.02']);
$again = $send(['H99.01', 'H99.02']);
try {
    $send(['H12.34']);
} catch (SoapFault $fault) {
    $detail = $fault->detail->AxisFault;
}
$pending = $client->GetPendingDocumentIds(['agency' => ['H99.01', 'H99.02'], 'max' => 10]);
$waiting = $pending->document[0];
$document = $client->GetDocument(['agency' => 'H99.01',
    'axisId' => [$waiting->axisId]])->document[0];
$confirmed = $client->ConfirmReceived(['agency' => 'H99.01',
    'receipt' => [['axisId' => $waiting->axisId, 'sha256' => hash('sha256', $document->edxml)]]]);
$left = $client->GetPendingDocumentIds(['agency' => ['H99.01'], 'kind' => 'edoc']);
$statuses = $client->UpdateStatus(['status' => [
    ['messageId' => 'php-s-1', 'from' => 'H99.01', 'to' => 'H99', 'documentId' => 'H99,1',
        'statusCode' => '01', 'edxml' => "\0status\xff"],
    ['messageId' => 'php-s-2', 'from' => 'H99.01', 'to' => 'H12.34', 'documentId' => 'H99,1',
        'statusCode' => '03', 'edxml' => 'x'],
]]);
try {
    $client->UpdateStatus(['status' => [['messageId' => 'm', 'from' => 'H99', 'to' => 'H99',
        'documentId' => 'd', 'statusCode' => '99', 'edxml' => 'x']]]);
} catch (SoapFault $fault) {
    $schema = $fault->detail->AxisFault;
}
$agencies = $client->GetAgencies([]);

echo json_encode([
    'same_id' => $sent->axisId === $again->axisId,
    'duplicates' => [$sent->duplicate, $again->duplicate],
    'fault' => $detail,
    'schema_fault' => $schema->code,
    'pending' => array_map(fn($one) => [$one->to, $one->from, $one->kind, $one->size], $pending->document),
    'bytes_equal' => $document->edxml === $edxml,
    'confirmed' => $confirmed->confirmed,
    'left' => count($left->document ?? []),
    'statuses' => array_map(fn($one) => $one->fault->code ?? 'ok', $statuses->answer),
    'agencies' => array_map(fn($one) => $one->name, $agencies->agency),
], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);

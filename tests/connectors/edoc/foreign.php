<?php
// A peer of the dialect that shares no code with ours: MIME written and answers read by hand (PHP
// may have no DOM), and PHP's own SoapClient on the published WSDL. Arguments: address, token, file.
[$_, $address, $token, $path] = $argv;

const NS = 'http://www.e-doc.vn/Schema/';

function call(string $address, string $action, string $type, string $body): array {
    $context = stream_context_create(['http' => ['method' => 'POST', 'content' => $body, 'timeout' => 20,
        'header' => "Content-Type: $type\r\nSOAPAction: \"$action\"\r\n", 'ignore_errors' => true]]);
    $answer = file_get_contents($address, false, $context);
    foreach ($http_response_header as $line) {
        if (stripos($line, 'content-type:') === 0) { return [trim(substr($line, 13)), $answer]; }
    }
    fwrite(STDERR, 'no content type');
    exit(1);
}

function simple(string $address, string $action, string $name, string $token, string $more = ''): string {
    $xml = '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        . "<$name><OrganId>H99.01</OrganId><Token>$token</Token>$more</$name></soapenv:Body></soapenv:Envelope>";
    return call($address, $action, 'text/xml; charset=utf-8', $xml)[1];
}

function all(string $xml, string $name): array {
    preg_match_all("~<edXML:$name>([^<]*)</edXML:$name>~", $xml, $found);
    return array_map('html_entity_decode', $found[1]);
}

$content = file_get_contents($path);
$envelope = '<?xml version="1.0" encoding="utf-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"'
    . ' xmlns:edXML="' . NS . '" xmlns:xlink="http://www.w3.org/1999/xlink"><SOAP-ENV:Header><edXML:MessageHeader>'
    . '<edXML:From><edXML:OrganId>H99</edXML:OrganId><edXML:OrganName>Sơn Hải</edXML:OrganName></edXML:From>'
    . '<edXML:To><edXML:OrganId>H99.01</edXML:OrganId></edXML:To><edXML:DocumentId>php-1</edXML:DocumentId>'
    . '<edXML:Code><edXML:CodeNumber>7</edXML:CodeNumber><edXML:CodeNotation>TB-UBND</edXML:CodeNotation></edXML:Code>'
    . '<edXML:PromulgationInfo><edXML:Place>Sơn Hải</edXML:Place><edXML:PromulgationDate>2026/11/22</edXML:PromulgationDate></edXML:PromulgationInfo>'
    . '<edXML:DocumentType><edXML:Type>2</edXML:Type><edXML:TypeName>Thông báo</edXML:TypeName></edXML:DocumentType>'
    . '<edXML:Subject>Thử từ PHP</edXML:Subject></edXML:MessageHeader>'
    . '<edXML:TraceHeaderList><edXML:TraceHeader><edXML:OrganId>H99</edXML:OrganId><edXML:Timestamp>2026/11/22 08:00:00</edXML:Timestamp></edXML:TraceHeader>'
    . '<edXML:Business><edXML:BusinessDocType>0</edXML:BusinessDocType></edXML:Business></edXML:TraceHeaderList><edXML:ErrorList/>'
    . "<edXML:Signature><edXML:KeyInfo><edXML:OrganId>H99</edXML:OrganId><edXML:Token>$token</edXML:Token></edXML:KeyInfo></edXML:Signature>"
    . '</SOAP-ENV:Header><SOAP-ENV:Body><edXML:Manifest><edXML:Reference xlink:href="cid:php-file@peer">'
    . '<edXML:AttachmentName>Tệp PHP.pdf</edXML:AttachmentName></edXML:Reference></edXML:Manifest></SOAP-ENV:Body></SOAP-ENV:Envelope>';
$boundary = 'MIME_boundary_php';
$body = "--$boundary\r\nContent-Type: text/xml; charset=utf-8\r\nContent-ID: <root@peer>\r\n\r\n$envelope\r\n"
    . "--$boundary\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <php-file@peer>\r\n\r\n"
    . chunk_split(base64_encode($content)) . "\r\n--$boundary--\r\n";
$type = "multipart/related; type=\"text/xml\"; start=\"<root@peer>\"; boundary=\"$boundary\"";
[, $answer] = call($address, 'SendDocument', $type, $body);
$sent = $answer;

$waiting = simple($address, 'GetPendingDocumentIds', 'GetPendingDocumentIdsRequest', $token);
$number = all($waiting, 'DocumentId')[0];

$xml = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetDocumentRequest><OrganId>H99.01</OrganId>'
    . "<Token>$token</Token><documentId>$number</documentId></GetDocumentRequest></s:Body></s:Envelope>";
[$type, $answer] = call($address, 'GetDocument', 'text/xml', $xml);
preg_match('/boundary="([^"]+)"/', $type, $found);
$parts = explode("\r\n--$found[1]", "\r\n" . $answer);
[, $root] = explode("\r\n\r\n", $parts[1], 2);
[$head, $encoded] = explode("\r\n\r\n", $parts[2], 2);

$confirmed = simple($address, 'ConfirmReceived', 'ConfirmReceived', $token, "<documentId>$number</documentId>");
$left = simple($address, 'GetPendingDocumentIds', 'GetPendingDocumentIdsRequest', $token);

$soap = new SoapClient("$address?wsdl", ['cache_wsdl' => WSDL_CACHE_NONE, 'exceptions' => true]);
$ask = ['OrganId' => 'H99', 'Token' => $token];
$traces = $soap->GetTraces($ask + ['TimeStamp' => '2026/01/01 00:00:00']);
$organizations = $soap->GetOrganizations($ask);

echo json_encode([
    'sent' => all($sent, 'IsSuccess')[0],
    'same_number' => all($sent, 'DocumentId')[0] === $number,
    'date' => all($root, 'PromulgationDate')[0],
    'time' => all($root, 'Timestamp')[0],
    'kind' => all($root, 'BussinessDocType')[0],
    'name' => all($root, 'AttachmentName')[0],
    'tokens' => substr_count($root, 'Token'),
    'head' => str_contains($head, 'Content-ID: <php-file@peer>') && str_contains($head, 'application/pdf'),
    'bytes_equal' => base64_decode($encoded) === $content,
    'confirmed' => all($confirmed, 'IsSuccess')[0],
    'left' => count(all($left, 'DocumentId')),
    'told' => $traces->Traces->Status->StatusCode,
    'organizations' => count($organizations->Organizations->Organization),
], JSON_UNESCAPED_UNICODE);

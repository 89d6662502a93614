<?php
// PHP's SoapClient calls as X-Road's client does: headers beside what the WSDL describes.
// Arguments: the WSDL's address, an operation, its arguments as JSON. AXIS_SYSTEM and
// AXIS_SECRET: who it is. Output: JSON, both envelopes and the headers as PHP read them.
ini_set('soap.wsdl_cache_enabled', '0');
const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
[, $wsdl, $operation, $arguments] = $argv;
function identifier(string $name, string $type, array $parts): SoapHeader {
    $inside = '';
    foreach ($parts as $part => $value) $inside .= "<id:$part>$value</id:$part>";
    $xml = '<x:' . $name . ' xmlns:x="' . XROAD . '" xmlns:id="http://x-road.eu/xsd/identifiers"'
        . " id:objectType=\"$type\">$inside</x:$name>";
    return new SoapHeader(XROAD, $name, new SoapVar($xml, XSD_ANYXML));
}
$member = ['xRoadInstance' => 'VN', 'memberClass' => 'GOV', 'memberCode' => 'H99'];
$client = new SoapClient($wsdl, ['trace' => true, 'login' => getenv('AXIS_SYSTEM'),
    'password' => getenv('AXIS_SECRET')]);
$headers = [
    new SoapHeader(XROAD, 'protocolVersion', '4.0'),
    new SoapHeader(XROAD, 'id', 'php-' . bin2hex(random_bytes(8))),
    new SoapHeader(XROAD, 'userId', 'VN012345678'),
    new SoapHeader(XROAD, 'issue', '15/QĐ-UBND <&>'),
    identifier('service', 'SERVICE', $member + ['subsystemCode' => 'axis', 'serviceCode' => $operation]),
    identifier('client', 'SUBSYSTEM', $member + ['subsystemCode' => 'desk']),
];
$read = [];
try {
    $client->__soapCall($operation, [json_decode($arguments, true)], null, $headers, $read);
    $fault = '';
} catch (SoapFault $refused) {
    $fault = $refused->detail->AxisFault->code;
}
echo json_encode(['fault' => $fault, 'read' => $read, 'asked' => $client->__getLastRequest(),
    'answered' => $client->__getLastResponse()], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);

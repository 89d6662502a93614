// node's `soap` makes the journey, driven by nothing but the published WSDL.
// Arguments: the WSDL's address, 1.1 or 1.2, inline or mtom, the letter's file.
// AXIS_SYSTEM and AXIS_SECRET: who it is. NODE_PATH: where `soap` is.
'use strict';
const { createHash } = require('crypto');
const { readFileSync } = require('fs');
const soap = require('soap');

const [wsdl, version, form, file] = process.argv.slice(2);
const edxml = readFileSync(file);
const ID = 'H99,2026/11/22,15/QĐ-UBND';
const STATUS = Buffer.concat([Buffer.from('\0Trạng thái\r\n'), Buffer.from([0xff])]);
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const base64 = (data) => data.toString('base64');

async function client(secret, options = {}) {
  const made = await soap.createClientAsync(wsdl, {
    forceSoap12Headers: version === '1.2', ...options,
  });
  made.setSecurity(new soap.BasicAuthSecurity(process.env.AXIS_SYSTEM, secret));
  return async (operation, args, attachments) => {
    const port = version === '1.2' ? 'AxisSoap12Port' : 'AxisSoap11Port';
    const call = made.AxisService[port][operation];
    return new Promise((resolve, reject) => {
      const done = (error, result) => {
        if (error) reject(error);
        else resolve({ ...result, parts: made.lastResponseAttachments?.parts });
      };
      call(args, done, attachments ? { attachments, forceMTOM: true } : {});
    });
  };
}

// the members of a request stand in the order of the schema: this toolkit does not sort them
const letter = (changes = {}) => ({
  messageId: ID, from: 'H99', to: ['H99.01', 'H99.02'], sentAt: '2026-11-22T15:00:00+07:00',
  urgency: 1, sha256: sha256(edxml), edxml: base64(edxml), ...changes,
});

const status = (changes = {}) => ({
  messageId: 's-1', from: 'H99.01', to: 'H99', documentId: ID, statusCode: '01',
  edxml: base64(STATUS), ...changes,
});

// what an MTOM message says in the place of its first content; any other stays inline
const INCLUDE = {
  'xop:Include': { attributes: { 'xmlns:xop': 'http://www.w3.org/2004/08/xop/include', href: 'cid:1@peer' } },
};
const part = (body) => [{ mimetype: 'application/octet-stream', contentId: '1@peer', name: 'edxml', body }];

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    const fault = error.root.Envelope.Body.Fault;
    return (fault.detail || fault.Detail).AxisFault;
  }
  throw new Error('it was not refused');
}

async function main() {
  const call = await client(process.env.AXIS_SECRET);
  const send = (changes) => {
    const args = letter(changes);
    if (form === 'inline') return call('SendDocument', args);
    return call('SendDocument', { ...args, edxml: INCLUDE }, part(Buffer.from(args.edxml, 'base64')));
  };
  const sent = await send();
  const again = await send();
  const other = Buffer.from('other');
  const faults = [
    await refusal(send({ edxml: base64(other), sha256: sha256(other) })),
    await refusal(send({ messageId: 'm-2', to: ['H12.34'] })),
    await refusal(send({ messageId: 'm-3', edxml: base64(Buffer.from('damaged')) })),
    await refusal(call('UpdateStatus', { status: [status({ statusCode: '99' })] })),
    await refusal(call('GetPendingDocumentIds', { agency: ['H98'] })),
  ];
  const pending = await call('GetPendingDocumentIds', { agency: ['H99.01', 'H99.02'], max: 10 });
  const asked = { agency: 'H99.01', axisId: [sent.axisId] };
  let content;
  if (form === 'inline') {
    content = Buffer.from((await call('GetDocument', asked)).document[0].edxml, 'base64');
  } else {
    const reader = await client(process.env.AXIS_SECRET, { parseResponseAttachments: true });
    const answer = await reader('GetDocument', asked, []);
    [{ body: content }] = answer.parts;
  }
  const receipt = [{ axisId: sent.axisId, sha256: sha256(content) }];
  const confirmed = await call('ConfirmReceived', { agency: 'H99.01', receipt });
  const left = await call('GetPendingDocumentIds', { agency: ['H99.01'], kind: 'edoc' });
  const rejected = await call('RejectReceived', {
    agency: 'H99.02', axisId: sent.axisId, reason: 'Tệp hỏng: không đọc được <&>',
  });
  const second = status({ messageId: 's-2', to: 'H12.34', statusCode: '03' });
  const statuses = form === 'inline' ? await call('UpdateStatus', { status: [status(), second] })
    : await call('UpdateStatus', { status: [status({ edxml: INCLUDE }), second] }, part(STATUS));
  const tracks = await call('GetSentDocuments', {
    agency: 'H99', since: sent.acceptedAt.toISOString(), kind: 'edoc',
  });
  const one = await call('GetSentDocuments', { agency: 'H99', messageId: ID, max: 1 });
  const received = await call('GetReceivedDocuments', { agency: 'H99.01', until: '2099-01-01T00:00:00Z' });
  const agencies = [];
  let page;
  do {
    const last = agencies.at(-1);
    page = await call('GetAgencies', { ...(last ? { after: last.organId } : {}), max: 2 });
    agencies.push(...page.agency);
  } while (page.more);
  const { change } = await call('GetAgencyChanges', { since: 0 });
  const none = await call('GetAgencyChanges', { since: change.at(-1).version, max: 5 });
  const stranger = await client('not the secret');
  const turnedAway = await stranger('GetAgencies', {}).then(() => false, (error) => error.response.status === 401);

  process.stdout.write(JSON.stringify({
    same_id: sent.axisId === again.axisId,
    duplicates: [sent.duplicate, again.duplicate],
    faults: faults.map((one) => [one.code, one.retryable === true || one.retryable === 'true']),
    description: faults[1].description,
    pending: pending.document.map((one) => [one.to, one.from, one.kind, one.messageId, Number(one.size)]),
    fetched: sha256(content),
    confirmed: confirmed.confirmed,
    left: (left.document || []).length,
    rejected: rejected.axisId === sent.axisId,
    statuses: statuses.answer.map((one) => (one.fault ? one.fault.code : 'ok')),
    sent: tracks.document.map((one) => [one.to, one.state, one.note || '']),
    one_page: [one.document.length, one.more],
    received: received.document.map((one) => [one.from, one.state, one.messageId]),
    agencies: agencies.map((one) => one.name),
    changes: change.map((one) => one.agency.organId),
    no_more_changes: (none.change || []).length,
    turned_away: turnedAway,
  }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n${error.body || ''}\n`);
  process.exit(1);
});

import { existsSync, readFileSync } from 'node:fs';
import { type FarLeg, farLegsOf } from '../peer/losses.ts';
import { Sipp } from '../peer/sipp.ts';
import { address, type Site } from '../peer/site.ts';

/** The same headers as in what came last; `more` goes before the body. */
const answer = (status: string, more = '', body = '', how = ''): string => `<send${how}><![CDATA[
SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
${more}${body === '' ? '' : 'Content-Type: application/sdp\n'}Content-Length: [len]

${body}]]></send>`;

const contact = '[last_Record-Route:]\nContact: <sip:far@[local_ip]:[local_port]>\n';
const sdp = `v=0
o=far 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
`;
/** Within the dialog To has its tag already. */
const simple = (status: string): string => answer(status).replace(';tag=[call_number]', '');

/** Answer to the INVITE after another request has come: its Via headers and CSeq were kept. */
const terminated = `<send retrans="500"><![CDATA[
SIP/2.0 487 Request Terminated
Via:[via1]
Via:[via2]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
CSeq:[cseq]
Content-Length: 0

]]></send>`;

const notes = (what: string): string => `<action><log message="${what} [$number] [call_id]"/></action>`;
/** The Reason header of what has just come (RFC 3326), for the record. */
const notesBye = `<action><ereg regexp="cause=[0-9]+" search_in="hdr" header="Reason:" assign_to="reason"/>
<log message="BYE [$number] [call_id] [$reason]"/></action>`;
const keeps = (header: string, name: string, occurrence = 1): string =>
  `<ereg regexp=".*" search_in="hdr" header="${header}" occurrence="${occurrence}" assign_to="${name}"/>`;

/** Rings after 0.4 s and answers 0.4 s later unless cancelled, writes down what came, and stays to answer copies that come late. */
const scenario = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a switchboard that answers every number">
<recv request="INVITE"><action>
<ereg regexp="sip:([0-9]+)@" search_in="msg" assign_to="whole,number"/>
${keeps('Via:', 'via1')}${keeps('Via:', 'via2', 2)}${keeps('CSeq:', 'cseq')}
<log message="INVITE [$number] [call_id]"/></action></recv>
<recv request="CANCEL" timeout="400" ontimeout="rings" next="cancelled">${notes('CANCEL')}</recv>
<label id="rings"/>
${answer('180 Ringing', contact)}
<recv request="CANCEL" timeout="400" ontimeout="answers">${notes('CANCEL')}</recv>
<label id="cancelled"/>
${answer('200 OK')}
${terminated.replaceAll(/\[(via1|via2|cseq)\]/g, '[$$$1]')}
<recv request="ACK" next="over"/>
<label id="answers"/>
${answer('200 OK', contact, sdp, ' retrans="500"')}
<recv request="BYE" optional="true" next="gone">${notesBye}</recv>
<recv request="ACK">${notes('ACK')}</recv>
<recv request="BYE">${notesBye}</recv>
<label id="gone"/>
${simple('200 OK')}
<label id="over"/>
<timewait milliseconds="20000"/>
<Reference variables="whole"/>
</scenario>`;

/** A real far end that answers every number and keeps its own record of each leg. What it hears it says back. */
export class FarSwitchboard {
  readonly #record: string;

  constructor(site: Site, withinMs: number) {
    this.#record = site.path('switchboard', 'record');
    new Sipp(site, {
      name: 'switchboard',
      scenario,
      host: address.farEnd,
      calls: 100_000,
      withinMs,
      words: ['-rtp_echo', '-trace_logs', '-log_file', this.#record, '-default_behaviors', 'all,-abortunexp'],
    });
  }

  legs(): FarLeg[] {
    return existsSync(this.#record) ? farLegsOf(readFileSync(this.#record, 'utf8').split('\n')) : [];
  }
}

/** @import { CallView } from '../page-api/view.ts' */
import { byId, element, setText, showRows } from './elements.js';
import { count } from './words.js';

/**
 * Shows the last calls, the newest first.
 * @param {readonly CallView[]} calls
 */
export function showCalls(calls) {
  const failed = calls.filter(({ result }) => result !== 200).length;
  const caption =
    calls.length === 0 ? 'None yet.' : `${count(calls.length)} calls, ${failed} failed.`;
  setText(byId('calls-caption', HTMLElement), caption);
  showRows(byId('call-rows', HTMLTableSectionElement), calls, {
    key: ({ id }) => String(id),
    create: newRow,
  });
}

/** @param {CallView} call */
function newRow({ at, what, result, durationMs, injected, error }) {
  const row = element('tr');
  const time = element('time', new Date(at).toLocaleTimeString('en-GB'));
  time.dateTime = new Date(at).toISOString();
  const timeCell = element('td', '', 'time');
  timeCell.append(time);
  const whatCell = element('td', what);
  if (error !== undefined) whatCell.append(element('span', error, 'why'));
  const answer = element('td');
  answer.append(element('span', String(result), `status ${result === 200 ? 'good' : 'bad'}`));
  if (injected) answer.append(' ', element('span', 'fault', 'why'));
  row.append(timeCell, whatCell, answer, element('td', count(durationMs), 'number'));
  return row;
}

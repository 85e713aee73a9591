/** @import { FaultsView } from '../page-api/view.ts' */
import { count, percent } from './words.js';

/**
 * A fault as the page shows it: a switch, and the values that it switches on.
 * @typedef {object} FaultKind
 * @property {string} id
 * @property {string} label
 * @property {readonly FaultField[]} fields
 * @property {(faults: FaultsView) => string} inForce in words; empty when it is off
 * @property {(values: readonly string[]) => Partial<FaultsView>} on
 * @property {Partial<FaultsView>} off
 *
 * @typedef {object} FaultField
 * @property {string} label
 * @property {string} unit
 * @property {number} [max] of a number; without one it is a text
 * @property {boolean} [optional] whether the fault can do without it
 * @property {string} initial
 * @property {(faults: FaultsView) => string} read
 */

/**
 * @param {{ id: 'error500' | 'error429' | 'reset'; label: string; words: string }} rate
 * @returns {FaultKind}
 */
function rate({ id, label, words }) {
  return {
    id,
    label,
    fields: [
      {
        label: 'Share of calls',
        unit: '%',
        max: 100,
        initial: '50',
        read: (faults) => (faults[id] === 0 ? '' : String(percent(faults[id]))),
      },
    ],
    inForce: (faults) => (faults[id] === 0 ? '' : `${words} ${percent(faults[id])} %`),
    on: ([share]) => ({ [id]: Number(share) / 100 }),
    off: { [id]: 0 },
  };
}

/**
 * @param {{ id: 'refuseUsers' | 'refuseTitles'; label: string; field: string; words: string }} list
 * @returns {FaultKind}
 */
function list({ id, label, field, words }) {
  return {
    id,
    label,
    fields: [{ label: field, unit: '', initial: '', read: (faults) => faults[id].join(', ') }],
    inForce: (faults) => (faults[id].length === 0 ? '' : `${words} ${count(faults[id].length)}`),
    on: ([names = '']) => ({ [id]: splitNames(names) }),
    off: { [id]: [] },
  };
}

/** @type {FaultKind} */
const tooMany = rate({ id: 'error429', label: 'Answer 429', words: '429 at' });

/** @type {readonly FaultKind[]} */
export const faultKinds = [
  rate({ id: 'error500', label: 'Answer 500', words: '500 at' }),
  {
    ...tooMany,
    fields: [
      ...tooMany.fields,
      {
        label: 'Retry-After',
        optional: true,
        unit: 's',
        max: 3600,
        initial: '1',
        read: ({ retryAfterSeconds }) => String(retryAfterSeconds ?? ''),
      },
    ],
    on: ([share = '', seconds = '']) => ({
      ...tooMany.on([share]),
      ...(seconds === '' ? {} : { retryAfterSeconds: Number(seconds) }),
    }),
  },
  rate({ id: 'reset', label: 'Cut the connection', words: 'cut' }),
  {
    id: 'latencyMs',
    label: 'Answer late',
    fields: [
      {
        label: 'Delay',
        unit: 'ms',
        max: 600_000,
        initial: '500',
        read: ({ latencyMs }) => (latencyMs === 0 ? '' : String(latencyMs)),
      },
    ],
    inForce: ({ latencyMs }) => (latencyMs === 0 ? '' : `${count(latencyMs)} ms late`),
    on: ([delay]) => ({ latencyMs: Number(delay) }),
    off: { latencyMs: 0 },
  },
  list({ id: 'refuseUsers', label: 'Refuse users', field: 'User ids', words: 'users refused:' }),
  list({
    id: 'refuseTitles',
    label: 'Refuse titles',
    field: 'Titles',
    words: 'titles refused:',
  }),
];

/**
 * Ids or titles, separated by commas or line ends.
 * @param {string} text
 */
export function splitNames(text) {
  const names = text.split(/[,\n]/).map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

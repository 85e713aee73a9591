/** @import { View, ViewChange } from '../page-api/view.ts' */

const maxCalls = 50;
const retryMs = 2000;
// Pangolin says that it is alive every 5 s. Silence is a process that hangs or stands at a breakpoint.
const silentMs = 12_000;

/**
 * Follows what Pangolin shows, and connects again whenever it went away.
 * @param {{
 *   onView: (view: View) => void;
 *   onState: (state: 'connected' | 'lost') => void;
 * }} told
 * @returns {(search: string) => void} starts it, or starts it anew with another search for segments
 */
export function createStream({ onView, onState }) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {View | undefined} */
  let view;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} search */
  const connect = (search) => {
    source?.close();
    clearTimeout(timer);
    const current = new EventSource(`/page/events?search=${encodeURIComponent(search)}`);
    source = current;
    const lose = () => {
      onState('lost');
      clearTimeout(timer);
      timer = setTimeout(connect, retryMs, search);
    };
    const heard = () => {
      onState('connected');
      clearTimeout(timer);
      timer = setTimeout(lose, silentMs);
    };
    current.addEventListener('error', lose);
    current.addEventListener('alive', heard);
    current.addEventListener('snapshot', ({ data }) => {
      heard();
      view = /** @type {View} */ (parse(data));
      onView(view);
    });
    current.addEventListener('change', ({ data }) => {
      heard();
      if (view === undefined) return;
      view = merge(view, /** @type {ViewChange} */ (parse(data)));
      onView(view);
    });
  };
  return connect;
}

/**
 * @param {View} view
 * @param {ViewChange} change
 * @returns {View}
 */
function merge(view, change) {
  const calls = [...(change.calls ?? []), ...view.calls].slice(0, maxCalls);
  return { ...view, ...change, calls };
}

/**
 * @param {unknown} data
 * @returns {unknown}
 */
function parse(data) {
  return JSON.parse(String(data));
}

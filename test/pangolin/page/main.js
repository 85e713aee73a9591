/** @import { View } from '../page-api/view.ts' */
import { showCalls } from './calls-table.js';
import { createDmpForm } from './dmp-form.js';
import { byId, setText } from './elements.js';
import { createFaultsForm } from './faults-form.js';
import { createMembersPanel } from './members-panel.js';
import { showSegments } from './segments-table.js';
import { showSeries } from './series-chart.js';
import { createStream } from './stream.js';
import { count, counted } from './words.js';

/** A screen reader is told of the counts this often, not at every change. */
const announceMs = 5000;
const typingMs = 250;

/** @type {View | undefined} */
let shown;
const faults = createFaultsForm();
const dmp = createDmpForm();
const members = createMembersPanel({ onChange: showList });
const connect = createStream({ onView: show, onState: showState });

/** @param {View} view */
function show(view) {
  const before = shown;
  shown = view;
  if (view.segments !== before?.segments) showList();
  if (view.calls !== before?.calls) showCalls(view.calls);
  if (view.series !== before?.series) showSeries(view.series);
  if (view.faults !== before?.faults) faults.show(view.faults);
  if (view.dmp !== before?.dmp) dmp.show(view.dmp);
  const { total, members: memberships } = view.segments;
  const { adds, removes, refused, calls, faults: met } = view.stats;
  const tiles = {
    segments: total,
    members: memberships,
    adds,
    removes,
    refused,
    calls,
    faults: met,
  };
  for (const [name, value] of Object.entries(tiles)) {
    const tile = byId(`tile-${name}`, HTMLElement);
    setText(tile, count(value));
    tile.classList.toggle('warn', value > 0 && (name === 'refused' || name === 'faults'));
  }
}

function showList() {
  if (shown === undefined) return;
  members.follow(shown.segments);
  showSegments(shown.segments, {
    chosen: members.chosen(),
    onChoose: (segment) => {
      members.toggle(segment);
    },
  });
}

/** @param {'connected' | 'lost'} state */
function showState(state) {
  const connection = byId('connection', HTMLElement);
  connection.dataset['state'] = state;
  const lost = 'Not connected. Is Pangolin running? Trying again …';
  setText(connection, state === 'connected' ? 'Live' : lost);
  document.body.classList.toggle('lost', state === 'lost');
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
const search = byId('segment-search', HTMLInputElement);
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    connect(search.value.trim());
  }, typingMs);
});

setInterval(() => {
  if (shown === undefined) return;
  const { total, members: memberships } = shown.segments;
  const text = `${counted(total, 'segment')}, ${counted(memberships, 'membership')}`;
  setText(byId('announcement', HTMLElement), text);
}, announceMs);

connect('');

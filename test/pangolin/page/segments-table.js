/** @import { SegmentsView, SegmentView } from '../page-api/view.ts' */
import { byId, element, setText, showRows } from './elements.js';
import { count, counted } from './words.js';

/**
 * Shows the newest segments.
 * @param {SegmentsView} segments
 * @param {{ chosen: number | undefined; onChoose: (segment: SegmentView) => void }} choice
 */
export function showSegments(segments, { chosen, onChoose }) {
  setText(byId('segments-caption', HTMLElement), caption(segments));
  showRows(byId('segment-rows', HTMLTableSectionElement), segments.newest, {
    key: ({ id }) => String(id),
    create: (segment) => newRow(segment, onChoose),
    update: (row, { id, members }) => {
      const [, , cell] = row.cells;
      if (cell !== undefined) setText(cell, count(members));
      row.querySelector('button')?.setAttribute('aria-expanded', String(id === chosen));
    },
  });
}

/**
 * @param {SegmentView} segment
 * @param {(segment: SegmentView) => void} onChoose
 */
function newRow(segment, onChoose) {
  const row = element('tr');
  const heading = element('th');
  heading.scope = 'row';
  const button = element('button', segment.title, 'link');
  button.type = 'button';
  button.setAttribute('aria-controls', 'members');
  button.addEventListener('click', () => {
    onChoose(segment);
  });
  heading.append(button);
  row.append(heading, element('td', String(segment.id), 'number'), element('td', '', 'number'));
  return row;
}

/** @param {SegmentsView} segments */
function caption({ total, members, matching, newest }) {
  if (total === 0) return 'None yet.';
  const all = `${counted(total, 'segment')}, ${counted(members, 'membership')}`;
  if (matching < total)
    return `${all}; ${count(matching)} found${listed(newest.length, matching)}.`;
  return `${all}${listed(newest.length, matching)}.`;
}

/**
 * @param {number} shown
 * @param {number} matching
 */
function listed(shown, matching) {
  return shown < matching ? `, the newest ${count(shown)} listed` : '';
}

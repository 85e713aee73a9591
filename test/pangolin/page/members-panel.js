/** @import { MembersView, SegmentsView, SegmentView } from '../page-api/view.ts' */
import { byId, element, setText } from './elements.js';
import { request } from './requests.js';
import { count, counted } from './words.js';

/** Often enough to follow a count that grows; a list is up to 1,000 ids. */
const refreshMs = 1000;
const typingMs = 200;

/**
 * The list of who is in one segment, shown on demand.
 * @param {{ onChange: () => void }} told told when another segment is chosen, or none
 */
export function createMembersPanel({ onChange }) {
  const panel = byId('members', HTMLElement);
  const filter = byId('members-filter', HTMLInputElement);
  const note = byId('members-note', HTMLElement);
  const list = byId('member-list', HTMLElement);
  /** @type {SegmentView | undefined} */
  let chosen;
  /** @type {number | undefined} */
  let shownCount;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const load = async () => {
    timer = undefined;
    const segment = chosen;
    if (segment === undefined) return;
    const path = `/page/segments/${segment.id}/users?filter=${encodeURIComponent(filter.value)}`;
    try {
      const members = /** @type {MembersView} */ (await request('GET', path));
      if (segment !== chosen) return;
      shownCount = members.total;
      list.replaceChildren(...members.users.map((user) => element('li', user)));
      setText(note, inWords(members, filter.value));
    } catch (error) {
      if (segment !== chosen) return;
      list.replaceChildren();
      setText(note, error instanceof Error ? error.message : '');
    }
  };
  const loadAfter = (/** @type {number} */ delayMs) => {
    timer ??= setTimeout(() => void load(), delayMs);
  };
  /** @param {SegmentView | undefined} segment */
  const choose = (segment) => {
    chosen = segment;
    shownCount = undefined;
    panel.hidden = segment === undefined;
    onChange();
  };

  filter.addEventListener('input', () => {
    loadAfter(typingMs);
  });
  byId('members-close', HTMLButtonElement).addEventListener('click', () => {
    const { id } = chosen ?? {};
    choose(undefined);
    // Back to where it was opened, or else the keyboard would start at the top of the page.
    const opener = document.querySelector(`#segment-rows tr[data-key="${id ?? ''}"] button`);
    if (opener instanceof HTMLElement) opener.focus();
  });

  return {
    chosen: () => chosen?.id,
    /**
     * Shows the members of a segment, or hides them again.
     * @param {SegmentView} segment
     */
    toggle(segment) {
      if (chosen?.id === segment.id) {
        choose(undefined);
        return;
      }
      filter.value = '';
      list.replaceChildren();
      setText(byId('members-heading', HTMLElement), `Members of ${segment.title}`);
      choose(segment);
      void load();
    },
    /**
     * Reads them again when their number has changed.
     * @param {SegmentsView} segments
     */
    follow({ newest }) {
      const now = newest.find(({ id }) => id === chosen?.id);
      if (now !== undefined && shownCount !== undefined && now.members !== shownCount) {
        loadAfter(refreshMs);
      }
    },
  };
}

/**
 * @param {MembersView} members
 * @param {string} filter
 */
function inWords({ total, matching, users }, filter) {
  const found = filter === '' ? '' : `, ${count(matching)} with “${filter}”`;
  const shown = users.length < matching ? `; the first ${count(users.length)} shown` : '';
  return `${counted(total, 'member')}${found}${shown}.`;
}

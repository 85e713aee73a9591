import Sequencer from '@jest/test-sequencer';

/** Folders whose tests start programs or wait, the slowest first. */
const SLOW = ['terraform', 'flow', 'unit/cli', 'contracts', 'load', 'process', 'model'];

/** Starts slow files first: one that starts last keeps a run waiting while the other workers are idle. */
export default class SlowFirstSequencer extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Place of a file's folder among the slow ones; the others share the last. */
function rank({ path }) {
  const place = SLOW.findIndex((folder) => path.includes(`/test/${folder}/`));
  return place === -1 ? SLOW.length : place;
}

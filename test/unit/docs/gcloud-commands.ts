import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSdk } from '../../setup/emulators.ts';

interface CommandTree {
  readonly commands: Readonly<Record<string, CommandTree>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The commands of the installed gcloud, by the table it completes words from; undefined without one. */
export function gcloudCommands() {
  const sdk = findSdk();
  const file = join(sdk ?? '', 'data/cli/gcloud_completions.py');
  if (sdk === undefined || !existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const root = JSON.parse(text.slice(text.indexOf('{'))) as CommandTree;

  return {
    /** What is wrong with a command, `gcloud` itself being its first word. */
    problemOf: (words: readonly string[]): string[] => {
      let tree = root;
      const path = [];
      for (const word of words.slice(1)) {
        const next = tree.commands[word];
        if (next === undefined) break;
        path.push(word);
        tree = next;
      }
      if (Object.keys(tree.commands).length > 0) return [`${words.join(' ')}: no such command`];
      return words
        .slice(1 + path.length)
        .filter((word) => word.startsWith('--'))
        .map((word) => word.replace(/=.*/s, ''))
        .filter((flag) => !(flag in tree.flags) && !(flag in root.flags) && !isNegation(flag, tree))
        .map((flag) => `${words.join(' ')}: no ${flag}`);
    },
  };
}

function isNegation(flag: string, { flags }: CommandTree): boolean {
  return flag.startsWith('--no-') && `--${flag.slice('--no-'.length)}` in flags;
}

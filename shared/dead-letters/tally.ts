/** Adds up counts under headings; rows come in the order in which their headings first came. */
export interface Tally<Heading, Counts> {
  add(heading: Heading, counts: Counts): void;
  rows(): (Heading & Counts)[];
}

export function createTally<
  Heading extends Readonly<Record<string, unknown>>,
  Counts extends Readonly<Record<string, number>>,
>(): Tally<Heading, Counts> {
  const rows = new Map<string, Heading & Counts>();
  return {
    add: (heading, counts) => {
      const key = JSON.stringify(Object.entries(heading).sort());
      const known = rows.get(key);
      rows.set(key, { ...heading, ...(known === undefined ? counts : sum(known, counts)) });
    },
    rows: () => [...rows.values()],
  };
}

function sum<Counts extends Readonly<Record<string, number>>>(one: Counts, other: Counts): Counts {
  const names = Object.keys(other);
  const sums = names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]);
  return Object.fromEntries(sums) as Counts;
}

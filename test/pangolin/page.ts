import type { Platform } from './platform.ts';

const maxTitlesShown = 500;

/** The page a person can watch: what is in the segments, what happened, what goes wrong on purpose. */
export function renderPage({ segments, stats, faults }: Platform): string {
  const all = segments.list();
  const rows = all
    .slice(-maxTitlesShown)
    .map(({ segment_id, title, members }) => row([String(segment_id), title, String(members)]));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>Pangolin</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; }
</style>
</head>
<body>
<h1>Pangolin</h1>
<h2>Segments (${all.length})</h2>
<table><thead><tr><th>Id</th><th>Title</th><th>Members</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<h2>Stats</h2>
${definitions(stats)}
<h2>Faults in force</h2>
${definitions(faults.settings)}
</body>
</html>
`;
}

function definitions(values: object): string {
  const rows = Object.entries(values).map(([name, value]) => row([name, JSON.stringify(value)]));
  return `<table><tbody>${rows.join('\n')}</tbody></table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const languages = { bash: 'bash', sh: 'bash', js: 'js', javascript: 'js', csharp: 'csharp', cs: 'csharp', python: 'python', py: 'python' };

/**
 * Finds the fenced bash, js, csharp and python samples of a Markdown text, and the mark that stands before each:
 * `<!-- run -->`, `<!-- run; prints: Ada; after previous -->` or `<!-- not run: why -->`. A mark that marks nothing, or says something else, is an error.
 */
export function extractSamples(markdown, file) {
  const samples = [];
  const lines = markdown.split(/\r?\n/);
  let mark;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const where = `${file}:${at + 1}`;
    if (/^\s*<!--\s*(not )?run\b.*-->\s*$/.test(line)) {
      fail(mark, `${mark?.where}: this mark stands before no sample.`);
      mark = { ...readMark(line, where), where };
      continue;
    }

    const fence = /^(\s*)(`{3,}|~{3,})\s*([A-Za-z]*)/.exec(line);
    if (!fence) {
      fail(mark && line.trim() !== '', `${mark?.where}: this mark stands before no sample.`);
      continue;
    }

    const end = lines.findIndex((other, i) => i > at && other.trim().startsWith(fence[2]) && other.trim().replaceAll(fence[2][0], '') === '');
    fail(end < 0, `${where}: this fence has no end.`);
    const language = languages[fence[3].toLowerCase()];
    fail(mark && !language, `${mark?.where}: only bash, js, csharp and python can be run.`);
    if (language) {
      const code = lines.slice(at + 1, end).map((l) => (l.startsWith(fence[1]) ? l.slice(fence[1].length) : l)).join('\n');
      samples.push({ where, language, code, mark });
    }

    mark = undefined;
    at = end;
  }

  fail(mark, `${mark?.where}: this mark stands before no sample.`);
  return joinWithPrevious(samples);
}

function readMark(line, where) {
  const text = line.replace(/^\s*<!--\s*|\s*-->\s*$/g, '');
  if (text.startsWith('not run')) {
    const reason = /^not run:\s*(\S.*)$/.exec(text)?.[1];
    fail(!reason, `${where}: say why: <!-- not run: … -->.`);
    return { run: false, reason };
  }

  const mark = { run: true, prints: [], afterPrevious: false };
  for (const part of text.split(';').slice(1).map((p) => p.trim())) {
    const prints = /^prints:\s*(\S.*)$/.exec(part)?.[1];
    fail(!prints && part !== 'after previous', `${where}: '${part}' is neither 'prints: …' nor 'after previous'.`);
    prints ? mark.prints.push(prints) : (mark.afterPrevious = true);
  }

  fail(!/^run(\s*;.*)?$/.test(text), `${where}: a mark is <!-- run -->, <!-- run; prints: … --> or <!-- not run: … -->.`);
  return mark;
}

/** A sample that goes on where the one before it ended has that one's code in front. */
function joinWithPrevious(samples) {
  samples.forEach((sample, i) => {
    if (sample.mark?.afterPrevious) {
      const previous = samples.slice(0, i).findLast((s) => s.language === sample.language && s.mark?.run);
      fail(!previous, `${sample.where}: there is no sample before this one to go on from.`);
      sample.code = `${previous.code}\n${sample.code}`;
    }
  });
  return samples;
}

function fail(condition, message) {
  if (condition) {
    throw new Error(message);
  }
}

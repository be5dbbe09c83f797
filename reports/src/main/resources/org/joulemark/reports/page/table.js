'use strict';
// The table: sorts, pages, and opens a row.
const TABLE = (() => {
  const {element, parts, text, cut, plural} = FORMAT;
  const PAGE = 100;
  // What people come for, and then what explains it.
  const FIRST = ['score', 'energy', 'eor', 'tweor', 'time'];
  const USUAL = ['flop.rate', 'token.rate', 'power'];
  const body = document.querySelector('#rows tbody'), head = document.querySelector('#rows thead');
  let rows = [], order = [], page = 0, sort = {column: null, descending: false};

  const word = (key, title, column) => ({key, title, words: column});
  function columns() {
    const identity = REPORT.identity;
    const others = REPORT.params.filter(column => !['strategy', 'precision'].includes(column.name));
    const figures = (names, usual) => names.flatMap(name => REPORT.numbers.filter(column => column.name === name))
        .map(column => ({key: column.key, title: column.title, number: column, usual}));
    const rest = [...new Set(REPORT.numbers.map(column => column.name))].filter(name => ![...FIRST, ...USUAL].includes(name));
    return [
      {key: 'row', title: 'Row', own: row => row + 1},
      word('work', 'Work', identity.get('work')), word('strategy', 'Strategy', identity.get('strategy')),
      ...figures(FIRST, true), word('kind', 'Energy kind', identity.get('energy kind')),
      word('score kind', 'Score from', identity.get('score kind')),
      word('hardware', 'Hardware', identity.get('hardware')), word('benchmark', 'Benchmark', identity.get('benchmark')),
      ...figures(USUAL, true), word('outcome', 'Outcome', identity.get('outcome')),
      word('reason', 'Reason', identity.get('reason')),
      ...others.map(column => Object.assign(word('param ' + column.name, column.name, column), {usual: false})),
      ...figures(rest, false)
    ];
  }
  const everything = columns();
  const hasValue = column => !column.number || column.number.known;
  const shown = new Set(everything.filter(column =>
    (column.usual ?? !column.number) && hasValue(column)
    && !(['reason', 'work', 'score kind'].includes(column.key) && !column.words.c.some(cell => cell))).map(column => column.key));
  function keyOf(column) {
    if (column.own) return column.own;
    if (column.number) return row => column.number.v[row];
    const rank = new Int32Array(REPORT.strings.length);
    [...new Set(column.words.c)].sort((a, b) => REPORT.strings[a].localeCompare(REPORT.strings[b], 'en', {numeric: true}))
        .forEach((cell, k) => { rank[cell] = cell === 0 ? -1 : k; });
    return row => rank[column.words.c[row]] < 0 ? NaN : rank[column.words.c[row]];
  }
  /** What has no value is last in either direction. */
  function arrange() {
    order = rows.slice();
    if (sort.column) {
      const key = keyOf(sort.column), sign = sort.descending ? -1 : 1;
      order.sort((a, b) => {
        const x = key(a), y = key(b);
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
        return x === y ? a - b : sign * (x < y ? -1 : 1);
      });
    }
  }
  function draw() {
    const visible = everything.filter(column => shown.has(column.key));
    head.replaceChildren(element('tr', {}, ...visible.map(column => element('th', {
      scope: 'col', class: column.number || column.own ? 'n' : '', 'data-key': column.key, title: column.number ? column.number.meaning : undefined,
      'aria-sort': sort.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none'
    }, element('button', {type: 'button', onclick: () => sortBy(column)}, column.title),
    element('small', {}, column.number ? column.number.unit : '\u00a0')))));
    const from = page * PAGE;
    body.replaceChildren(...order.slice(from, from + PAGE).map(row => element('tr', {'data-row': row + 1},
        ...visible.map(column => cell(column, row)))));
    document.getElementById('range').textContent = order.length
      ? 'Rows ' + (from + 1).toLocaleString('en') + '–' + Math.min(from + PAGE, order.length).toLocaleString('en') + ' of ' + order.length.toLocaleString('en')
      : 'No row passes the filters.';
    document.getElementById('previous').disabled = page === 0;
    document.getElementById('next').disabled = from + PAGE >= order.length;
  }
  const energyReason = REPORT.notes.find(column => column.name === 'energy.reason');
  const whyNoEnergy = row => energyReason && energyReason.c[row] ? REPORT.text(energyReason, row) : undefined;
  function cell(column, row) {
    if (column.own) return element('td', {class: 'n'}, element('a', {href: '#row-' + (row + 1)}, String(row + 1)));
    if (column.number) {
      const {error, sigma} = PICTURES.errorOf(column.number, row);
      const p = parts(column.number.v[row], error, column.number.unit);
      const unit = p.short ? ' ' + p.short : '';
      const reason = Number.isNaN(column.number.v[row]) && column.number.energy ? whyNoEnergy(row) : undefined;
      return element('td', {class: 'n', title: reason}, p.value, p.error ? element('span', {class: 'e'}, ' ± ' + p.error) : '', unit,
          sigma && p.error ? element('span', {class: 'e'}, ' 1σ') : '');
    }
    const words = REPORT.text(column.words, row);
    if (column.key === 'kind') return element('td', {}, words ? element('span', {class: 'kind ' + words.replace(/\W/g, '')}, words) : '–');
    return element('td', {class: column.key === 'work' ? 't work' : 't', title: words.length > 24 ? cut(words, 1000) : undefined}, cut(words, 200));
  }
  function sortBy(column) {
    // Figures are asked for from the best on, words from A.
    const firstDescending = Boolean(column.number) && column.number.better === 'more';
    sort = sort.column === column ? {column, descending: !sort.descending} : {column, descending: firstDescending};
    page = 0;
    arrange();
    draw();
    head.querySelector('[data-key="' + CSS.escape(column.key) + '"] button').focus();
  }
  function turn(by) { page += by; draw(); document.getElementById('table').scrollIntoView({block: 'start'}); }

  // --- one row -----------------------------------------------------------------------------------
  const dialog = document.getElementById('row');
  const facts = entries => element('dl', {class: 'facts'}, ...entries.flatMap(([name, value]) =>
    [element('dt', {}, name), element('dd', {}, value)]));
  function open(row) {
    const file = REPORT.files[REPORT.file[row]];
    const environment = file.environment === undefined ? null : REPORT.environments[file.environment];
    const of = columns => columns.filter(column => column.c[row] !== 0).map(column => [column.name, REPORT.text(column, row)]);
    const figures = REPORT.numbers.filter(column => column.known && !Number.isNaN(column.v[row]));
    const kind = PICTURES.kindOf(row);
    // The page has a float's digits.
    const exact = value => {
      const digits = Number(value.toPrecision(7));
      return !Number.isFinite(value) ? '' : Math.abs(value) >= 1e9 ? digits.toExponential() : String(digits);
    };
    document.getElementById('row-body').replaceChildren(
        element('h2', {id: 'row-title'}, 'Row ' + (row + 1) + ': ' + cut(REPORT.is('benchmark', row), 120)),
        element('p', {class: 'note'}, [REPORT.is('hardware', row), REPORT.is('strategy', row), REPORT.is('outcome', row)].filter(Boolean).join(' · ')),
        REPORT.is('reason', row) ? element('p', {class: 'refusal'}, REPORT.is('reason', row)) : '',
        element('h3', {}, 'Figures'),
        figures.length ? element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Figures of this row'}, element('table', {}, element('thead', {}, element('tr', {},
            ...['Metric', 'Value', '±', 'Unit', 'Kind'].map((name, k) => element('th', {scope: 'col', class: k === 1 || k === 2 ? 'n' : ''}, name)))),
        element('tbody', {}, ...figures.map(column => {
          const {error, sigma} = PICTURES.errorOf(column, row);
          return element('tr', {}, element('td', {title: column.meaning}, column.title), element('td', {class: 'n'}, column.v[row] < Infinity ? exact(column.v[row]) : '∞'),
              element('td', {class: 'n'}, exact(error) ? exact(error) + (sigma ? ' (1σ)' : '') : 'unknown'), element('td', {}, column.unit === '1' ? '' : column.unit),
              element('td', {}, column.energy && kind ? element('span', {class: 'kind ' + kind.replace(/\W/g, '')}, kind) : '',
                  (column.energy && kind ? ' ' : '') + PICTURES.scoreWords(column, row)));
        })))) : element('p', {class: 'note'}, 'None: nothing was measured.'),
        element('h3', {}, 'Parameters'), facts(of(REPORT.params)),
        element('h3', {}, 'Noted by the run'), REPORT.notes.some(column => column.c[row]) ? facts(of(REPORT.notes)) : element('p', {class: 'note'}, 'Nothing.'),
        element('h3', {}, 'Where it comes from'),
        facts([['file', file.name], [file.place, String(REPORT.place[row])], ...of([REPORT.identity.get('mode'), REPORT.identity.get('started at')]),
          ...(REPORT.forks[row] > 0 ? [['forks', String(REPORT.forks[row])]] : []),
          ...(environment ? Object.entries(environment) : [['environment', 'unknown: no environment.json beside the file']])]));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }
  function followHash() {
    const match = /^#row-(\d+)$/.exec(location.hash);
    if (match && match[1] >= 1 && match[1] <= REPORT.rows) open(match[1] - 1);
  }

  return {
    build() {
      document.getElementById('previous').addEventListener('click', () => turn(-1));
      document.getElementById('next').addEventListener('click', () => turn(1));
      body.addEventListener('click', event => {
        const line = event.target.closest('tr');
        if (line && !event.target.closest('a') && !String(getSelection())) location.hash = 'row-' + line.dataset.row;
      });
      dialog.addEventListener('close', () => history.replaceState(null, '', location.pathname + location.search + '#table'));
      addEventListener('hashchange', followHash);
      const list = document.getElementById('columns');
      list.append(...everything.filter(hasValue).map(column => {
        const box = element('input', {type: 'checkbox', checked: shown.has(column.key)});
        box.addEventListener('change', () => { box.checked ? shown.add(column.key) : shown.delete(column.key); draw(); });
        return element('label', {}, box, cut(column.title, 60) + (column.number ? ' (' + column.number.unit + ')' : ''));
      }));
    },
    update(passing) { rows = passing; page = 0; arrange(); draw(); },
    followHash
  };
})();

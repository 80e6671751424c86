// Every setting as it was used, with where it came from and why.
import {useState} from 'preact/hooks';

import type {PanelProps} from '../run';
import {useSpeech} from '../speech';

export function Settings({head}: PanelProps) {
  const {say, known} = useSpeech();
  const [words, setWords] = useState('');
  const choices = head.choices.length
    ? head.choices
    : Object.entries(head.settings).map(([setting, value]) => ({setting, value, origin: '', reason: ''}));
  const wanted = words.toLowerCase();
  const shown = choices.filter((one) => `${one.setting} ${one.reason} ${one.origin} ${written(one.value)}`.toLowerCase().includes(wanted));
  return (
    <>
      <div class="tools">
        <label>{say('find')} <input id="find" type="search" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
        <span class="note" role="status">{say('shown-of', {shown: shown.length, total: choices.length})}</span>
      </div>
      <div class="table whole" tabindex={0} role="region" aria-label={say('panel-settings')}>
        <table>
          <thead><tr><th scope="col">{say('setting')}</th><th scope="col">{say('value')}</th><th scope="col">{say('from')}</th><th scope="col">{say('why')}</th></tr></thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.setting}>
                <th scope="row"><code>{one.setting}</code></th>
                <td><code>{written(one.value)}</code></td>
                <td><span class={`origin ${one.origin}`}>{known(`origin-${one.origin}`, one.origin)}</span></td>
                <td class="long">{one.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2>{say('repeat')}</h2>
      <pre tabindex={0}><code>{head.command}</code></pre>
      <dl class="pairs">
        {Object.entries(head.versions).map(([name, version]) => <div key={name}><dt>{name}</dt><dd>{version}</dd></div>)}
      </dl>
    </>
  );
}

function written(value: unknown): string {
  if (value === null) return 'none';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return value.map(written).join(', ');
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}

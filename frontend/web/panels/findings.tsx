// What the linter found, with the evidence, the cause and what to do; and what became of every rule.
import {useState} from 'preact/hooks';

import {Blocks, VegaChart} from '../blocks';
import {Message, type Tone} from '../message';
import type {PanelProps} from '../run';
import {useAnswer, versionOf} from '../server';
import {useSpeech} from '../speech';

type Evidence = {what: string; measured: string; expected: string};
type Shown = {row: number; note: string; values: Record<string, string>; picture: string};
export type Cause = {
  code: string;
  severity: 'info' | 'warning' | 'error';
  title: string;
  evidence: Evidence[];
  cause: string;
  others: string[];
  fix: string;
  stage: string;
  place: string;
  explains: {code: string; title: string}[];
  shown: Shown[];
  charts: {title: string; description: string; spec: Record<string, unknown>}[];
};
type Rule = {code: string; title: string; group: string; stage: string; outcome: string; reason: string; seconds: number};
type Content = {causes: Cause[]; rules: Rule[]; fixes: unknown[]; judged: boolean};

const TONES: Record<string, Tone> = {error: 'bad', warning: 'warning', info: 'good'};

export function Findings({name, stamps, head}: PanelProps) {
  const {say, known, language} = useSpeech();
  const {content, error} = useAnswer<Content>(`api/runs/${encodeURIComponent(name)}/findings?language=${language}`, versionOf(stamps, 'lint.json'));
  const [severity, setSeverity] = useState('');
  if (error) return <Message tone="bad">{error}</Message>;
  if (!content) return <p class="note" role="status">{say('reading')}</p>;
  if (!content.judged) return <p>{say(head.status === 'unfinished' ? 'not-judged-yet' : 'not-judged')}</p>;
  const shown = content.causes.filter((one) => !severity || one.severity === severity);
  const passed = content.rules.filter((rule) => rule.outcome === 'passed').length;
  return (
    <>
      <p class="lead">{content.causes.length ? say('found-causes', {count: content.causes.length, passed, rules: content.rules.length}) : say('nothing-found', {passed, rules: content.rules.length})}</p>
      {content.causes.length > 1 && (
        <div class="tools" role="group" aria-label={say('severity')}>
          {['', 'error', 'warning', 'info'].map((one) => (
            <button key={one} aria-pressed={severity === one} onClick={() => setSeverity(one)}>
              {say(one ? `severity-${one}` : 'all')} {one ? content.causes.filter((cause) => cause.severity === one).length : content.causes.length}
            </button>
          ))}
        </div>
      )}
      {shown.map((cause, place) => <Card key={`${cause.code}-${place}`} cause={cause} />)}
      <details>
        <summary>{say('every-rule', {count: content.rules.length})}</summary>
        <div class="table" tabindex={0} role="region" aria-label={say('every-rule', {count: content.rules.length})}>
          <table>
            <thead><tr><th scope="col">{say('rule')}</th><th scope="col">{say('what-holds')}</th><th scope="col">{say('asked')}</th><th scope="col">{say('outcome')}</th><th scope="col">{say('why')}</th></tr></thead>
            <tbody>
              {content.rules.map((rule) => (
                <tr key={rule.code}>
                  <th scope="row">{rule.code}</th>
                  <td class="long">{known(`rule-${rule.code}`, rule.title)}</td>
                  <td>{known(`stage-${rule.stage}`, rule.stage)}</td>
                  <td><span class={`outcome ${rule.outcome.replace(' ', '-')}`}>{known(`outcome-${rule.outcome}`, rule.outcome)}</span></td>
                  <td class="long">{rule.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

export function Card({cause}: {cause: Cause}) {
  const {say, known, language} = useSpeech();
  const rule = known(`rule-${cause.code}`, '');
  const pictures = cause.shown.filter((one) => one.picture);
  return (
    <article class={`finding ${cause.severity}`}>
      <h2><span class={`severity ${TONES[cause.severity]}`}>{say(`severity-${cause.severity}`)}</span> <span class="code">{cause.code}</span> {cause.title}</h2>
      <p class="note">{[known(`stage-${cause.stage}`, cause.stage), cause.place, language === 'en' ? '' : rule && say('rule-holds', {title: rule})].filter(Boolean).join(' · ')}</p>
      {cause.evidence.length > 0 && (
        <div class="table" tabindex={0} role="region" aria-label={say('evidence')}>
          <table>
            <thead><tr><th scope="col">{say('measured')}</th><th scope="col" class="right">{say('value')}</th><th scope="col">{say('expected')}</th></tr></thead>
            <tbody>{cause.evidence.map((one, place) => <tr key={place}><th scope="row">{one.what}</th><td class="right">{one.measured}</td><td>{one.expected}</td></tr>)}</tbody>
          </table>
        </div>
      )}
      <dl class="facts">
        <div><dt>{say('cause')}</dt><dd>{cause.cause}{cause.others.map((other) => <span key={other} class="remark">{other}</span>)}</dd></div>
        <div><dt>{say('fix')}</dt><dd><code>{cause.fix}</code></dd></div>
        {cause.explains.length > 0 && <div><dt>{say('also-explains')}</dt><dd>{cause.explains.map((one) => `${one.code}: ${one.title}`).join(' · ')}</dd></div>}
      </dl>
      {pictures.length > 0
        ? <Blocks blocks={[{block: 'pictures', pictures: pictures.map((one) => ({png: one.picture, description: `${one.row}: ${one.note}`, lines: [one.note, say('row', {row: one.row})]}))}]} />
        : cause.shown.length > 0 && <Examples shown={cause.shown} />}
      <div class="charts">{cause.charts.map((chart) => <VegaChart key={chart.title} title={chart.title} description={chart.description} spec={chart.spec} size="half" />)}</div>
    </article>
  );
}

function Examples({shown}: {shown: Shown[]}) {
  const {say} = useSpeech();
  const names = [...new Set(shown.flatMap((one) => Object.keys(one.values)))].slice(0, 12);
  const rows = shown.map((one) => [String(one.row), one.note, ...names.map((name) => one.values[name] ?? '')]);
  return <Blocks blocks={[{block: 'grid', columns: [say('row-number'), '', ...names], rows, align: [], caption: say('examples-that-show'), folded: false}]} />;
}

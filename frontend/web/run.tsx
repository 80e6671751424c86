// A run: its heading, and one panel at a time.
import {useEffect, useRef} from 'preact/hooks';

import {DataPanel} from './panels/data';
import {Layers} from './panels/layers';
import {NursePanel} from './panels/nurse';
import {PredictionsPanel} from './panels/predictions';
import {Curves} from './panels/curves';
import {Findings} from './panels/findings';
import {Parts} from './panels/parts';
import {Settings} from './panels/settings';
import {ViewsPanel} from './panels/views';
import {later} from './later';
import {Message} from './message';
import {address} from './route';
import {useAnswer, useEvents, versionOf, type Stamps} from './server';
import {useSpeech} from './speech';

export type Choice = {setting: string; value: unknown; origin: string; reason: string};
export type Head = {
  folder: string;
  name: string;
  status: string;
  created: string;
  command: string;
  seed: number;
  device: string;
  versions: Record<string, string>;
  settings: Record<string, unknown>;
  choices: Choice[];
  training: {parameters: number; epochs: number; best_epoch: number; steps: number; seconds: number; stopped: string} | null;
  error: string;
  source: string;
  files: string[];
};
export type PanelProps = {name: string; head: Head; stamps: Stamps | null};

const GraphPanel = later<PanelProps>(() => import('./graph/panel'));

const PANELS: {name: string; panel: (props: PanelProps) => preact.JSX.Element}[] = [
  {name: 'result', panel: (props) => <Parts {...props} only={['result', 'baselines', 'human', 'scores', 'training', 'augmented', 'repeat']} />},
  {name: 'curves', panel: Curves},
  {name: 'findings', panel: Findings},
  {name: 'evaluation', panel: (props) => <Parts {...props} only={['confusion', 'labels', 'residuals', 'calibration']} />},
  {name: 'predictions', panel: PredictionsPanel},
  {name: 'data', panel: DataPanel},
  {name: 'layers', panel: Layers},
  {name: 'graph', panel: GraphPanel},
  {name: 'views', panel: ViewsPanel},
  {name: 'nurse', panel: NursePanel},
  {name: 'settings', panel: Settings},
];

export function Run({name, panel}: {name: string; panel: string}) {
  const speech = useSpeech();
  const {say, known} = speech;
  const [stamps, there] = useEvents<Stamps>(`api/entries/${encodeURIComponent(name)}/events`);
  const {content: head, error} = useAnswer<Head>(`api/runs/${encodeURIComponent(name)}`, versionOf(stamps, 'run.json'));
  const at = PANELS.find((one) => one.name === panel) ?? (head?.status === 'unfinished' ? PANELS[1]! : PANELS[0]!);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({preventScroll: true}), [at.name]);
  if (error) return <main id="content"><h1>{name}</h1><Message tone="bad">{error}</Message></main>;
  if (head === null) return <main id="content"><p class="note" role="status">{say('reading')}</p></main>;
  const facts = [
    head.training && say('fact-epochs', {count: speech.number(head.training.epochs)}),
    head.training && say('fact-parameters', {count: speech.count(head.training.parameters)}),
    head.training && speech.seconds(head.training.seconds),
    head.device,
    say('fact-seed', {seed: head.seed}),
    speech.time(head.created),
  ];
  return (
    <div class="run">
      <nav aria-label={say('panels')}>
        <ul>
          {PANELS.map((one) => (
            <li key={one.name}><a href={address('run', name, one.name)} aria-current={one === at ? 'page' : undefined}>{say(`panel-${one.name}`)}</a></li>
          ))}
          <li><a href={`runs/${encodeURIComponent(name)}/report`} target="_blank" rel="noopener">{say('report')} <span aria-hidden="true">↗</span></a></li>
          <li><a href={address('compare', name)}>{say('compare-with')}</a></li>
        </ul>
      </nav>
      <main id="content">
        <p class="facts-line"><span class={`status ${head.status}`}>{known(`status-${head.status}`, head.status)}</span> {facts.filter(Boolean).join(' · ')}</p>
        {!there && <Message tone="warning">{say('lost')}</Message>}
        {head.error && <Message tone="bad">{head.error}</Message>}
        <h1 ref={heading} tabindex={-1}>{say(`panel-${at.name}`)}</h1>
        <at.panel key={at.name} name={name} head={head} stamps={stamps} />
      </main>
    </div>
  );
}

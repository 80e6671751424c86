// The page: a heading with the language, and below it the list, a run or a study.
import './style/main.css';
import {render} from 'preact';
import {useEffect, useState} from 'preact/hooks';

import {later} from './later';
import {List} from './list';
import {Newest} from './newest';
import {address, usePlace} from './route';
import {Run} from './run';
import type {Play as PlayOf} from './play/play';
import {Study} from './study/study';
import {initialSpeech, LANGUAGES, otherSpeech, SpeechContext} from './speech';

const ComparePage = later<{first: string; second: string}>(() => import('./compare/compare'));

function Page() {
  const [speech, setSpeech] = useState(initialSpeech);
  const place = usePlace();
  useEffect(() => {
    document.title = place.name ? `${place.name} · Piste` : 'Piste';
  }, [place.name]);
  return (
    <SpeechContext.Provider value={speech}>
      <header class="top">
        <a class="brand" href={address()}>Piste</a>
        {place.name && place.view !== 'compare' && <span class="where">{place.name}</span>}
        <a class="to-play" href={address('play')} aria-current={place.view === 'play' ? 'page' : undefined}>{speech.say('play-open')}</a>
        <span class="languages" role="group" aria-label={speech.say('language')}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <button key={code} lang={code} aria-pressed={speech.language === code} onClick={() => otherSpeech(code).then(setSpeech)}>
              {name}
            </button>
          ))}
        </span>
      </header>
      {place.view === 'play' ? <Later panel={place.panel} /> : place.view === 'compare' ? <ComparePage first={place.name} second={place.panel} /> : place.view === 'newest' ? <Newest panel={place.panel} /> : place.view === 'run' ? <Run key={place.name} name={place.name} panel={place.panel} /> : place.view === 'study' ? <Study key={place.name} name={place.name} panel={place.panel} /> : <List />}
    </SpeechContext.Provider>
  );
}

/** The playground, whose script is fetched when somebody goes there. */
function Later({panel}: {panel: string}) {
  const [Part, setPart] = useState<typeof PlayOf | null>(null);
  useEffect(() => void import('./play/play').then((part) => setPart(() => part.Play)), []);
  return Part ? <Part given={panel} /> : null;
}

render(<Page />, document.getElementById('app')!);

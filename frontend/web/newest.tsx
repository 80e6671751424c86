// The run that began last: where `piste train --watch` opens the page, before the run's folder is there.
import {useEffect} from 'preact/hooks';

import type {Entry} from './list';
import {address} from './route';
import {useAnswer, useEvents} from './server';
import {useSpeech} from './speech';

export function Newest({panel}: {panel: string}) {
  const {say} = useSpeech();
  const [changed] = useEvents<unknown[]>('api/events');
  const {content} = useAnswer<Entry[]>('api/entries', changed);
  const since = Number(new URLSearchParams(location.search).get('since') ?? 0);
  const newest = content?.find((entry) => Date.parse(entry.created) / 1000 >= since);
  useEffect(() => {
    if (newest) location.replace(address(newest.kind, newest.name, newest.kind === 'run' ? panel : ''));
  }, [newest?.name]);
  return <main id="content"><p class="note" role="status">{say('waiting-for-run')}</p></main>;
}

// A panel whose program is fetched when it is first opened.
import type {ComponentType} from 'preact';
import {useEffect, useState} from 'preact/hooks';

import {Message} from './message';
import {useSpeech} from './speech';

export function later<Props extends object>(load: () => Promise<{default: ComponentType<Props>}>) {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const {say} = useSpeech();
    const [Panel, setPanel] = useState<{made: ComponentType<Props>} | null>(loaded && {made: loaded});
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (!Panel) load().then((module) => ((loaded = module.default), setPanel({made: module.default})), () => setFailed(true));
    }, []);
    if (failed) return <Message tone="bad">{say('lost')}</Message>;
    return Panel ? <Panel.made {...props} /> : <p class="note" role="status">{say('reading')}</p>;
  };
}

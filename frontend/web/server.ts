// Talking to the server: JSON that is fetched again when what it comes from has changed.
import {useEffect, useRef, useState} from 'preact/hooks';

export type Stamps = Record<string, [number, number]>;
export type Heard<Content> = {content: Content | null; error: string; waiting: boolean};

export async function ask<Content>(place: string, said?: unknown, signal?: AbortSignal): Promise<Content> {
  const options: RequestInit =
    said === undefined ? {} : {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(said)};
  const answer = await fetch(place, {...options, signal: signal ?? null});
  const content = (await answer.json().catch((error: Error) => {
    if (error.name === 'AbortError') throw error; // nobody waits for it any more
    return null; // a refusal may be no JSON
  })) as Content & {error?: string};
  if (!answer.ok) throw new Error(content?.error ?? answer.statusText);
  return content;
}

/** What the server answers at `place`, asked again whenever `version` changes; the older answer stays until then. */
export function useAnswer<Content>(place: string | null, version: unknown = 0): Heard<Content> {
  const [heard, setHeard] = useState<Heard<Content> & {place: string | null}>({content: null, error: '', waiting: true, place});
  useEffect(() => {
    if (place === null) return;
    const control = new AbortController();
    setHeard((before) => (before.place === place ? {...before, waiting: true} : {content: null, error: '', waiting: true, place}));
    ask<Content>(place, undefined, control.signal).then(
      (content) => setHeard({content, error: '', waiting: false, place}),
      (error: Error) => {
        if (error.name !== 'AbortError') setHeard({content: null, error: error.message, waiting: false, place});
      },
    );
    return () => control.abort();
  }, [place, version]);
  return heard.place === place ? heard : {content: null, error: '', waiting: true};
}

/** The server's latest word at an address of events, and whether the server is there. */
export function useEvents<Content>(place: string | null): [Content | null, boolean] {
  const [state, setState] = useState<{content: Content | null; there: boolean; place: string | null}>({content: null, there: true, place});
  const lost = useRef(0);
  useEffect(() => {
    if (place === null) return;
    const source = new EventSource(place);
    source.onmessage = (event) => setState({content: JSON.parse(event.data as string) as Content, there: true, place});
    source.onopen = () => setState((before) => ({...before, there: true, place}));
    source.onerror = () => {
      window.clearTimeout(lost.current);
      lost.current = window.setTimeout(() => {
        if (source.readyState !== EventSource.OPEN) setState((before) => ({...before, there: false, place}));
      }, 3000);
    };
    return () => {
      window.clearTimeout(lost.current);
      source.close();
    };
  }, [place]);
  return state.place === place ? [state.content, state.there] : [null, true];
}

/** What changes when one of these files does. */
export const versionOf = (stamps: Stamps | null, ...names: string[]) =>
  stamps === null ? '' : names.map((name) => (stamps[name] ?? []).join(':')).join(' ');

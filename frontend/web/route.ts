// Where the page is, kept in the address behind the #, so that back, forward and a bookmark work.
import {useEffect, useState} from 'preact/hooks';

export type Place = {view: 'list' | 'run' | 'study' | 'compare' | 'newest' | 'play'; name: string; panel: string};

export function parse(hash: string): Place {
  const parts = hash.replace(/^#\/?/, '').split('/').map(decoded);
  if (parts[0] === 'newest') return {view: 'newest', name: '', panel: parts[1] ?? 'curves'};
  if (parts[0] === 'play') return {view: 'play', name: '', panel: parts[1] ?? ''};
  if (parts[0] === 'compare' && parts[1]) return {view: 'compare', name: parts[1], panel: parts[2] ?? ''};
  if ((parts[0] === 'run' || parts[0] === 'study') && parts[1]) return {view: parts[0], name: parts[1], panel: parts[2] ?? ''};
  return {view: 'list', name: '', panel: ''};
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const address = (...parts: string[]) => `#/${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;

export function usePlace(): Place {
  const [place, setPlace] = useState(() => parse(location.hash));
  useEffect(() => {
    const moved = () => setPlace(parse(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return place;
}

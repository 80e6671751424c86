// The sentences of the page, in the language that the person chose.
import {createContext} from 'preact';
import {useContext} from 'preact/hooks';

export type Places = Record<string, string | number>;
export type Speech = {
  language: string;
  say: (name: string, places?: Places) => string;
  /** The sentence called `name` if there is one, else `text` as it is: for words that come from records. */
  known: (name: string, text: string) => string;
  number: (value: number | null | undefined, digits?: number) => string;
  count: (value: number) => string;
  percent: (value: number | null | undefined) => string;
  time: (iso: string) => string;
  seconds: (value: number) => string;
};

export const LANGUAGES = {en: 'English', zh: '中文'};
const COOKIE = 'piste-language';

export function speech(language: string, texts: Record<string, string>): Speech {
  const filled = (text: string, places: Places) =>
    text.replace(/\{(\w+)\}/g, (whole, place: string) => (place in places ? String(places[place]) : whole));
  // Making a format costs far more than using it, and axes use theirs in every frame.
  const whole = new Intl.NumberFormat(language);
  const dates = new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short'});
  const rounded = new Map<number, Intl.NumberFormat>();
  const rounding = (digits: number) => {
    if (!rounded.has(digits)) rounded.set(digits, new Intl.NumberFormat(language, {maximumSignificantDigits: digits}));
    return rounded.get(digits)!;
  };
  const number = (value: number | null | undefined, digits = 4) => {
    if (value === null || value === undefined) return '–';
    if (value === 0) return '0'; // and never -0
    if (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e7) return value.toExponential(Math.max(0, digits - 2));
    return rounding(digits).format(value);
  };
  return {
    language,
    say: (name, places = {}) => {
      if (!(name in texts)) console.error(`there is no sentence called ${name}`);
      return filled(texts[name] ?? name, places);
    },
    known: (name, text) => texts[name] ?? text,
    number,
    count: (value) => whole.format(value),
    percent: (value) => (value === null || value === undefined ? '–' : `${number(Math.abs(value) < 5e-5 ? 0 : 100 * value, 3)} %`),
    time: (iso) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : dates.format(date);
    },
    seconds: (value) => {
      const full = Math.round(value);
      if (full < 60) return `${number(value, 2)} s`;
      if (full < 3600) return `${Math.floor(full / 60)} min ${full % 60} s`;
      return `${Math.floor(full / 3600)} h ${Math.floor((full % 3600) / 60)} min`;
    },
  };
}

export function initialSpeech(): Speech {
  const texts = JSON.parse(document.getElementById('texts')!.textContent!) as Record<string, string>;
  return speech(document.documentElement.lang, texts);
}

export async function otherSpeech(language: string): Promise<Speech> {
  const answer = await fetch(`api/texts/${language}`);
  const texts = (await answer.json()) as Record<string, string>;
  document.cookie = `${COOKIE}=${language};path=/;max-age=31536000;samesite=strict`;
  document.documentElement.lang = language;
  return speech(language, texts);
}

export const SpeechContext = createContext<Speech>(null as unknown as Speech);
export const useSpeech = () => useContext(SpeechContext);

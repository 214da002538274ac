/** Sentences that the engine stores in English, and what they are here. */
import { sentencesOf } from '../stored';

export const STORED: readonly (readonly [english: string, german: string])[] = [];

export const germanSentence = sentencesOf(STORED);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingWords } from '../src/words.js';

test('what is missing is said in one line', () => {
  assert.equal(missingWords(0, 0, 3), 'Complete. You can close this page.');
  assert.equal(missingWords(1, 0, 3), 'Still to do: 1 lesson.');
  assert.equal(missingWords(2, 1, 3), 'Still to do: 2 lessons and the quiz.');
  assert.equal(missingWords(2, 2, 3), 'Still to do: 2 lessons and 2 quizzes.');
  assert.equal(missingWords(0, 1, 3), 'All lessons read. The quiz is all that is left.');
  assert.equal(missingWords(0, 2, 3), 'All lessons read. Still to do: 2 quizzes.');
});

test('an exam without lessons does not say that they are read', () => {
  assert.equal(missingWords(0, 1, 0), 'Nothing to read first: go straight to the questions.');
  assert.equal(missingWords(0, 2, 0), 'Still to do: 2 quizzes.');
  assert.equal(missingWords(0, 0, 0), 'Complete. You can close this page.');
});

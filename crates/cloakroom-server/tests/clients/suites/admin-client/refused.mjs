// What the admin client throws where a call is refused.
import assert from 'node:assert/strict';

/** Asserts that a call is refused with this status and a body that says `text`. */
export async function refused(call, status, text) {
  const error = await call().then(
    () => assert.fail('the call was not refused'),
    (thrown) => thrown,
  );
  assert.equal(error.response?.status, status, error.message);
  assert.ok(JSON.stringify(error.responseData).includes(text), JSON.stringify(error.responseData));
}

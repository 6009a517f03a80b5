// The page knows who is signed in and what the API says. It never sees a token.
const at = (id) => document.getElementById(id);
const csrf = document.querySelector('[name=csrf]');

async function show() {
  const answer = await fetch('/me');
  at('out').hidden = answer.ok;
  at('in').hidden = !answer.ok;
  if (!answer.ok) return;
  const me = await answer.json();
  at('name').textContent = me.name;
  csrf.value = me.csrf;
}

at('load').addEventListener('click', async () => {
  const answer = await fetch('/orders', { headers: { 'x-csrf': csrf.value } });
  at('orders').textContent = await answer.text();
  // The session is over; the page says so.
  if (answer.status === 401) await show();
});

await show();

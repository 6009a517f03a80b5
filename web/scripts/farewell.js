// Goes on when every application was told in its frame; without scripts the page does so after a while.
addEventListener('load', () => document.getElementById('continue').click());

// Goes on when every application was told in its frame, or after a while: one that does not answer holds nobody.
const goOn = () => {
  clearTimeout(late);
  removeEventListener('load', goOn);
  document.getElementById('continue').click();
};
const late = setTimeout(goOn, 4000);
addEventListener('load', goOn);

// Posts the page's one form to the client at once; without scripts its button does.
HTMLFormElement.prototype.submit.call(document.forms[0]);

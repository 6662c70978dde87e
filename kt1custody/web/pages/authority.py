"""What a browser on the LAN must trust: the service's own authority, and its fingerprint.

These pages come over plain HTTP to whoever does not trust the server yet; so what they show counts only
as far as it is compared with the printed sheet, or with the terminal where the server was started.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from kt1custody.errors import RefusedError
from kt1custody.services.keys import lan
from kt1custody.services.keys.lan import ServerCertificate
from kt1custody.web.asking import SiteOf
from kt1custody.web.pages import page
from kt1custody.web.site import Site

router = APIRouter(prefix="/ca")


@router.get("")
def authority(request: Request, site: SiteOf) -> HTMLResponse:
    """Show how to trust the authority."""
    certificate = _certificate(site)
    return page.show(
        request,
        "authority",
        certificate=certificate,
        halves=(certificate.fingerprint[:48], certificate.fingerprint[48:]),
        address=site.url,
    )


@router.get("/kt1.crt")
def file(site: SiteOf) -> Response:
    """Give the certificate of the authority, DER."""
    return Response(
        _certificate(site).authority,
        media_type="application/x-x509-ca-cert",
        headers={"content-disposition": 'attachment; filename="kt1.crt"'},
    )


@router.get("/sheet.pdf")
def sheet(site: SiteOf) -> Response:
    """Give the sheet with the fingerprint, which is worth what the paper is worth."""
    certificate = _certificate(site)
    if site.sheet is None:  # set once: whoever asks needs not sign in
        site.sheet = lan.fingerprint_sheet(site.session, certificate, site.url)
    headers = {"content-disposition": 'inline; filename="kt1-fingerprint.pdf"'}
    return Response(site.sheet, media_type="application/pdf", headers=headers)


def _certificate(site: Site) -> ServerCertificate:
    if site.certificate is None:
        raise RefusedError("page-unknown")
    return site.certificate

from django.urls import path

from madoguchi.identity.views import account, sign_in

app_name = "identity"

urlpatterns = [
    path("desk/sign-in/", sign_in.password_page, name="sign-in"),
    path("desk/sign-in/code/", sign_in.code_page, name="sign-in-code"),
    path("desk/sign-in/enrol/", sign_in.enrol_page, name="sign-in-enrol"),
    path("desk/sign-in/enrol/qr.svg", sign_in.enrol_picture, name="sign-in-enrol-picture"),
    path("desk/sign-in/password/", sign_in.new_password_page, name="sign-in-password"),
    path("desk/sign-in/on/", sign_in.go_on, name="sign-in-on"),
    path("desk/sign-out/", sign_in.sign_out, name="sign-out"),
    path("desk/account/", account.page, name="account"),
    path("desk/account/sessions/end/", account.end_other_sessions, name="account-end-sessions"),
    path("desk/account/password/", account.password, name="account-password"),
    path("desk/account/recovery-codes/", account.recovery_codes, name="account-recovery-codes"),
    path("desk/account/authenticator/", account.authenticator, name="account-authenticator"),
]
